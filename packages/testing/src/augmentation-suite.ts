import { createRandom, type Augmentation, type ByteImage } from '@cairn/core';
import { describe, expect, test } from 'vitest';

/** What an augmentation promises beyond the contract. */
export interface AugmentationTraits {
  /** Layouts on which it is tried. @default colour 8×8, grey 5×7, a single pixel */
  readonly images?: readonly ByteImage[];
  /** Changes some samples, differently in each epoch. @default true */
  readonly random?: boolean;
}

const layouts: readonly ByteImage[] = [
  { height: 8, width: 8, channels: 3 },
  { height: 5, width: 7, channels: 1 },
  { height: 1, width: 1, channels: 3 },
];
const SAMPLES = 40;

/** What holds for every augmentation: it is a pure function of a sample and its address. */
export function testAugmentation(
  name: string,
  create: () => Augmentation,
  { images = layouts, random = true }: AugmentationTraits = {},
): void {
  const source = createRandom(11);

  describe.each(images)(`augmentation ${name}, $height × $width × $channels`, (image) => {
    const length = image.height * image.width * image.channels;
    const sample = (index: number): Uint8Array => {
      const stream = source.at('testing/sample', 0, index);
      return Uint8Array.from({ length }, () => stream.below(256));
    };
    const apply = (epoch: number, index: number, { to = new Uint8Array(length), by = create() } = {}) => {
      by.apply(sample(index), to, image, source.at('augment', epoch, index));
      return to;
    };
    const indices = Array.from({ length: SAMPLES }, (_, i) => i);

    test('depends on the address alone, not on the order or the instance', () => {
      const one = create();
      const forwards = indices.map((i) => apply(2, i, { by: one }));
      const backwards = indices.toReversed().map((i) => apply(2, i));
      expect(backwards.toReversed()).toEqual(forwards);
    });

    test('writes every byte of its target, and none beside it', () => {
      for (const index of indices) {
        const around = new Uint8Array(length + 16).fill(170);
        apply(3, index, { to: around.subarray(8, 8 + length) });
        const expected = apply(3, index, { to: new Uint8Array(length).fill(85) });
        expect(around.subarray(8, 8 + length)).toEqual(expected);
        expect(new Set([...around.subarray(0, 8), ...around.subarray(8 + length)])).toEqual(new Set([170]));
      }
    });

    test('does not write its input', () => {
      for (const index of indices) {
        const from = sample(index);
        create().apply(from, new Uint8Array(length), image, source.at('augment', 1, index));
        expect(from).toEqual(sample(index));
      }
    });
  });

  test.runIf(random)(`augmentation ${name} differs from epoch to epoch`, () => {
    const image = { height: 8, width: 8, channels: 3 };
    const from = Uint8Array.from({ length: 192 }, (_, i) => i);
    const seen = Array.from({ length: SAMPLES }, (_, epoch) => {
      const to = new Uint8Array(192);
      create().apply(from, to, image, source.at('augment', epoch + 1, 0));
      return to.join();
    });
    expect(new Set(seen).size).toBeGreaterThan(1);
  });
}
