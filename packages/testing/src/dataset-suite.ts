import { CairnError, type Dataset, type DatasetContext, type Split, type Splits } from '@cairn/core';
import { expect } from 'vitest';
import { testChecks, type Check } from './checks.ts';

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
  testChecks(`data set ${name}`, datasetChecks(create, traits));
}

/** The checks of `testDataset`. */
export function datasetChecks(create: () => Dataset, traits: DatasetTraits = {}): readonly Check[] {
  const { files, others = {} } = traits;
  const open = (dataset: Dataset, given = files?.()) => dataset.open(contextOf(given));
  let opened: Promise<Splits> | undefined;
  const splits = () => (opened ??= open(create()));
  return [
    ...specChecks(create, splits, files),
    ...splitChecks(splits),
    ...digestChecks(create, splits, open),
    ...(Object.keys(others).length === 0 ? [] : [otherOptionsCheck({ itself: create, ...others }, open)]),
    ...(files === undefined ? [] : [alteredFilesCheck(files, (given) => open(create(), given), splits)]),
  ];
}

function specChecks(create: () => Dataset, splits: () => Promise<Splits>, files?: () => Files): Check[] {
  return [
    {
      name: 'describes itself before it is opened, as plain data',
      run: async () => {
        const { spec, source } = create();
        expect((await splits()).spec).toEqual(spec);
        expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
        expect((source?.files ?? []).map((file) => file.name)).toEqual([...(files?.().keys() ?? [])]);
      },
    },
    {
      name: 'says of classes and channels what is true of all',
      run: async () => {
        const { classes, classNames, superclasses, input } = (await splits()).spec;
        expect(classes).toBeGreaterThanOrEqual(2);
        if (classNames !== undefined) expect(new Set(classNames).size).toBe(classes);
        if (superclasses !== undefined) expect(superclasses).toHaveLength(classes);
        expect([input.mean.length, input.std.length]).toEqual([input.channels, input.channels]);
        expect(input.mean.every(Number.isFinite)).toBe(true);
        expect(input.std.every((deviation) => Number.isFinite(deviation) && deviation > 0)).toBe(true);
      },
    },
  ];
}

function splitChecks(splits: () => Promise<Splits>): Check[] {
  return [
    {
      name: 'has a class for every row, and bytes of the declared shape',
      run: async () => {
        const { train, test, spec } = await splits();
        const { height, width, channels } = spec.input;
        for (const split of [train, test]) {
          expect(split.size).toBeGreaterThan(0);
          expect(split.labels).toHaveLength(split.size);
          expect([...split.labels].filter((label) => label < 0 || label >= spec.classes)).toEqual([]);
          const { kind, bytes } = await split.read(allRows(split));
          expect([kind, bytes.length]).toEqual(['image', split.size * height * width * channels]);
        }
      },
    },
    {
      name: 'reads rows in the order asked, also twice, also none',
      run: async () => {
        const { train } = await splits();
        const images = await imagesOf(train);
        const rows = Int32Array.of(train.size - 1, 0, train.size - 1, Math.floor(train.size / 2));
        expect(await imagesOf(train, rows)).toEqual([...rows].map((row) => images[row]));
        expect((await train.read(new Int32Array(0))).bytes).toHaveLength(0);
      },
    },
    {
      name: 'refuses a row that is not there',
      run: async () => {
        const { test } = await splits();
        const read = async (row: number) => test.read(Int32Array.of(row));
        await expect(read(test.size)).rejects.toThrow(String(test.size));
        await expect(read(-1)).rejects.toThrow('-1');
      },
    },
    {
      name: 'hands out copies: what a reader writes stays its own',
      run: async () => {
        const { train } = await splits();
        const row = Int32Array.of(0);
        const before = await imagesOf(train, row);
        const { bytes } = await train.read(row);
        bytes.set(bytes.map((byte) => byte ^ 255));
        expect(await imagesOf(train, row)).toEqual(before);
      },
    },
    {
      name: 'keeps train and test apart',
      run: async () => {
        const { train, test } = await splits();
        const seen = new Set(await imagesOf(train));
        expect((await imagesOf(test)).filter((image) => seen.has(image))).toEqual([]);
      },
    },
  ];
}

function digestChecks(
  create: () => Dataset,
  splits: () => Promise<Splits>,
  open: (dataset: Dataset) => Promise<Splits>,
): Check[] {
  return [
    {
      name: 'opens to the same data under the same digest',
      run: async () => {
        const [first, again] = [await splits(), await open(create())];
        expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
        expect(again.digest).toBe(first.digest);
        for (const split of ['train', 'test'] as const) {
          expect(await imagesOf(again[split])).toEqual(await imagesOf(first[split]));
          expect(again[split].labels).toEqual(first[split].labels);
        }
      },
    },
  ];
}

function otherOptionsCheck(
  all: Readonly<Record<string, () => Dataset>>,
  open: (dataset: Dataset) => Promise<Splits>,
): Check {
  return {
    name: 'has another digest with other options',
    run: async () => {
      const entries = Object.entries(all);
      const digests = await Promise.all(entries.map(async ([, make]) => (await open(make())).digest));
      const repeated = entries.filter((_, i) => digests.indexOf(digests[i] ?? '') !== i);
      expect(repeated.map(([what]) => what)).toEqual([]);
    },
  };
}

/** The first byte of a file and the last: in the formats so far a label and a pixel. An impossible label is refused. */
function alteredFilesCheck(
  files: () => Files,
  open: (files: Files) => Promise<Splits>,
  splits: () => Promise<Splits>,
): Check {
  return {
    name: 'has another digest when one byte of a file is another, or refuses it',
    run: async () => {
      const { digest } = await splits();
      for (const [file, bytes] of files()) {
        for (const place of [0, bytes.length - 1]) {
          const altered = bytes.with(place, (bytes[place] as number) ^ 1);
          const found = await open(new Map([...files(), [file, altered]])).then(
            (other) => other.digest,
            (error: unknown) => (error instanceof CairnError ? error.code : Promise.reject(error as Error)),
          );
          expect([file, place, found === digest]).toEqual([file, place, false]);
        }
      }
    },
  };
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
