import { createRandom, type Augmentation, type ByteImage } from '@cairn/core';
import { expect } from 'vitest';
import { testChecks, type Check } from './checks.ts';

/** What an augmentation promises beyond the contract. */
export interface AugmentationTraits {
  /** Layouts on which it is tried. @default colour 8×8, grey 5×7, a single pixel */
  readonly images?: readonly ByteImage[];
  /** Changes some samples, differently in each epoch and for each sample. @default true */
  readonly random?: boolean;
}

const layouts: readonly ByteImage[] = [
  { height: 8, width: 8, channels: 3 },
  { height: 5, width: 7, channels: 1 },
  { height: 1, width: 1, channels: 3 },
];
const SAMPLES = 40;
const source = createRandom(11);

/** What holds for every augmentation: it is a pure function of a sample and its address. */
export function testAugmentation(
  name: string,
  create: () => Augmentation,
  traits: AugmentationTraits = {},
): void {
  testChecks(`augmentation ${name}`, augmentationChecks(create, traits));
}

/** The checks of `testAugmentation`. */
export function augmentationChecks(
  create: () => Augmentation,
  { images = layouts, random = true }: AugmentationTraits = {},
): readonly Check[] {
  const onEach = images.flatMap((image) => {
    const on = `${image.height} × ${image.width} × ${image.channels}`;
    return checksOn(image, create).map((check) => ({ ...check, on }));
  });
  return random ? [...onEach, ...differenceChecks(create)] : onEach;
}

function checksOn(image: ByteImage, create: () => Augmentation): readonly Check[] {
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
  return [
    {
      name: 'depends on the address alone, not on the order or the instance',
      run: () => {
        const one = create();
        const forwards = indices.map((i) => apply(2, i, { by: one }));
        const backwards = indices.toReversed().map((i) => apply(2, i));
        expect(backwards.toReversed()).toEqual(forwards);
      },
    },
    {
      name: 'writes every byte of its target, and none beside it',
      run: () => {
        for (const index of indices) {
          const around = new Uint8Array(length + 16).fill(170);
          apply(3, index, { to: around.subarray(8, 8 + length) });
          const expected = apply(3, index, { to: new Uint8Array(length).fill(85) });
          expect(around.subarray(8, 8 + length)).toEqual(expected);
          expect(new Set([...around.subarray(0, 8), ...around.subarray(8 + length)])).toEqual(new Set([170]));
        }
      },
    },
    {
      name: 'reads its input where it lies, and nothing beside it',
      run: () => {
        for (const index of indices) {
          const among = (rest: number) => {
            const all = new Uint8Array(length + 16).fill(rest);
            all.set(sample(index), 8);
            const to = new Uint8Array(length);
            const random = source.at('augment', 4, index);
            create().apply(all.subarray(8, 8 + length), to, image, random);
            return to;
          };
          expect(among(1)).toEqual(apply(4, index));
          expect(among(2)).toEqual(apply(4, index));
        }
      },
    },
    {
      name: 'does not write its input',
      run: () => {
        for (const index of indices) {
          const from = sample(index);
          create().apply(from, new Uint8Array(length), image, source.at('augment', 1, index));
          expect(from).toEqual(sample(index));
        }
      },
    },
  ];
}

function differenceChecks(create: () => Augmentation): readonly Check[] {
  const image = { height: 8, width: 8, channels: 3 };
  const from = Uint8Array.from({ length: 192 }, (_, i) => i);
  const kinds = (addressOf: (i: number) => readonly [epoch: number, index: number]): number => {
    const seen = Array.from({ length: SAMPLES }, (_, i) => {
      const to = new Uint8Array(192);
      create().apply(from, to, image, source.at('augment', ...addressOf(i)));
      return to.join();
    });
    return new Set(seen).size;
  };
  return [
    { name: 'differs from epoch to epoch', run: () => expect(kinds((i) => [i + 1, 0])).toBeGreaterThan(1) },
    { name: 'differs from sample to sample', run: () => expect(kinds((i) => [1, i])).toBeGreaterThan(1) },
  ];
}
