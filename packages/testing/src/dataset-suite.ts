import type { Dataset, DatasetContext, Split, Splits } from '@cairn/core';
import { beforeAll, describe, expect, test } from 'vitest';

type Files = ReadonlyMap<string, Uint8Array>;

/** What a data set needs for being tried, and what it promises beyond the contract. */
export interface DatasetTraits {
  /** Small files in the place of the real ones; without them the data set is made and must ask for none. */
  readonly files?: () => Files;
  /** The same data set with other options, by what is different: each must have another digest. */
  readonly others?: Readonly<Record<string, () => Dataset>>;
}

/** What holds for every data set. `create` takes options under which it is small: all of it is read. */
export function testDataset(name: string, create: () => Dataset, traits: DatasetTraits = {}): void {
  const open = (dataset: Dataset, files = traits.files?.()) => dataset.open(contextOf(files));

  describe(`data set ${name}`, () => {
    let splits: Splits;
    beforeAll(async () => void (splits = await open(create())));

    test('describes itself before it is opened, as plain data', () => {
      const { spec, source } = create();
      expect(splits.spec).toEqual(spec);
      expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
      expect((source?.files ?? []).map((file) => file.name)).toEqual([...(traits.files?.().keys() ?? [])]);
    });

    test('says of classes and channels what is true of all', () => {
      const { classes, classNames, superclasses, input } = splits.spec;
      expect(classes).toBeGreaterThanOrEqual(2);
      if (classNames !== undefined) expect(new Set(classNames).size).toBe(classes);
      if (superclasses !== undefined) expect(superclasses).toHaveLength(classes);
      expect([input.mean.length, input.std.length]).toEqual([input.channels, input.channels]);
      expect(input.std.every((deviation) => deviation > 0)).toBe(true);
    });

    test('has a class for every row, and bytes of the declared shape', async () => {
      const { classes, input } = splits.spec;
      for (const split of [splits.train, splits.test]) {
        expect(split.size).toBeGreaterThan(0);
        expect(split.labels).toHaveLength(split.size);
        expect([...split.labels].filter((label) => label < 0 || label >= classes)).toEqual([]);
        const { kind, bytes } = await split.read(allRows(split));
        expect([kind, bytes.length]).toEqual([
          'image',
          split.size * input.height * input.width * input.channels,
        ]);
      }
    });

    test('reads rows in the order asked, also twice, also none', async () => {
      const { train } = splits;
      const images = await imagesOf(train);
      const rows = Int32Array.of(train.size - 1, 0, train.size - 1, Math.floor(train.size / 2));
      expect(await imagesOf(train, rows)).toEqual([...rows].map((row) => images[row]));
      expect((await train.read(new Int32Array(0))).bytes).toHaveLength(0);
    });

    test('refuses a row that is not there', async () => {
      const read = async (row: number) => splits.test.read(Int32Array.of(row));
      await expect(read(splits.test.size)).rejects.toThrow(String(splits.test.size));
      await expect(read(-1)).rejects.toThrow('-1');
    });

    test('hands out copies: what a reader writes stays its own', async () => {
      const row = Int32Array.of(0);
      const before = await imagesOf(splits.train, row);
      (await splits.train.read(row)).bytes.fill(7);
      expect(await imagesOf(splits.train, row)).toEqual(before);
    });

    test('keeps train and test apart', async () => {
      const train = new Set(await imagesOf(splits.train));
      expect((await imagesOf(splits.test)).filter((image) => train.has(image))).toEqual([]);
    });

    test('opens to the same data under the same digest', async () => {
      const again = await open(create());
      expect(splits.digest).toMatch(/^[0-9a-f]{64}$/);
      expect(again.digest).toBe(splits.digest);
      expect(await imagesOf(again.train)).toEqual(await imagesOf(splits.train));
      expect(again.test.labels).toEqual(splits.test.labels);
    });

    const { others = {}, files } = traits;
    test.runIf(Object.keys(others).length > 0)('has another digest with other options', async () => {
      const entries = Object.entries({ itself: create, ...others });
      const digests = await Promise.all(entries.map(async ([, make]) => (await open(make())).digest));
      expect(entries.filter((_, i) => digests.indexOf(digests[i] ?? '') !== i).map(([what]) => what)).toEqual(
        [],
      );
    });

    test.runIf(files !== undefined)('has another digest when one byte of a file is another', async () => {
      for (const [file, bytes] of files?.() ?? []) {
        // The last byte: in every format so far a pixel.
        const altered = bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1);
        const { digest } = await open(create(), new Map([...(files?.() ?? []), [file, altered]]));
        expect([file, digest === splits.digest]).toEqual([file, false]);
      }
    });
  });
}

function contextOf(files: Files | undefined): DatasetContext {
  return {
    files: async (source) => {
      if (files === undefined) throw new Error(`${source.id} asks for files; the suite was given none`);
      return files;
    },
  };
}

function allRows({ size }: Split): Int32Array {
  return Int32Array.from({ length: size }, (_, i) => i);
}

/** Each image as text, so that images can be compared and counted. */
async function imagesOf(split: Split, rows = allRows(split)): Promise<string[]> {
  const { bytes } = await split.read(rows);
  const length = bytes.length / rows.length;
  return Array.from(rows, (_, i) => bytes.subarray(i * length, (i + 1) * length).join());
}
