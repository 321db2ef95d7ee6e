import { createRandom } from '@cairn/core';
import { expect, test } from 'vitest';
import { type DrawnShare, drawTestSets, imageBootstrap } from './image-bootstrap.ts';

const IMAGES = 400;

/** Each image is right with a probability of its own, the same for all seeds, plus a gain of the condition. */
function rows(seeds: number, gain: number, purpose: string): Uint8Array[] {
  const ease = createRandom(1).at('ease');
  const p = Float64Array.from({ length: IMAGES }, () => ease.uniform());
  return Array.from({ length: seeds }, (_, s) => {
    const stream = createRandom(2).at(purpose, 0, s);
    return Uint8Array.from(p, (q) => (stream.uniform() < q + gain ? 1 : 0));
  });
}

/** The difference of each seed, on the same drawn test sets. */
function differences(a: readonly Uint8Array[], b: readonly Uint8Array[], resamples: number): DrawnShare[] {
  const drawn = drawTestSets([...a, ...b], { resamples });
  return a.map((_, s) => {
    const [x, y] = [drawn[s], drawn[a.length + s]] as [DrawnShare, DrawnShare];
    return { share: x.share - y.share, drawn: x.drawn.map((value, i) => value - (y.drawn[i] ?? NaN)) };
  });
}

test('drawn test sets are as large as the whole, and the same whatever is counted in them', () => {
  const all = rows(7, 0, 'a');
  const drawn = drawTestSets(all, { resamples: 40 });
  expect(drawn.map(({ share }) => share)).toEqual(all.map((row) => row.reduce((x, y) => x + y, 0) / IMAGES));
  all.forEach((row, i) => expect(drawTestSets([row], { resamples: 40 })).toEqual([drawn[i]]));
  const every = drawTestSets([new Uint8Array(IMAGES).fill(1), new Uint8Array(IMAGES)], { resamples: 40 });
  expect(every.map((share) => new Set(share.drawn))).toEqual([new Set([1]), new Set([0])]);
  expect(drawTestSets(all, { resamples: 40, seed: 1 })[0]).not.toEqual(drawn[0]);
  // Each image is as likely to be drawn: one of 5 by its share, 0.2 ± 4 standard errors.
  const [one] = drawTestSets([Uint8Array.of(0, 0, 0, 1, 0)], { resamples: 20_000 });
  const mean = (one?.drawn.reduce((x, y) => x + y, 0) ?? NaN) / 20_000;
  expect(Math.abs(mean - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / 5 / 20_000));
});

test('more images than 16 bits can name', () => {
  const run = new Uint8Array(70_000).fill(1, 0, 35_000);
  const [half] = drawTestSets([run], { resamples: 5 });
  expect(half?.share).toBe(0.5);
  for (const share of half?.drawn ?? []) expect(Math.abs(share - 0.5)).toBeLessThan(0.01);
});

test('the mean is that of the table; the error is that of images, by hand', () => {
  const [a, b] = [rows(6, 0.1, 'a'), rows(6, 0, 'b')];
  const found = imageBootstrap(differences(a, b, 500), IMAGES);
  const rights = (all: readonly Uint8Array[]): number =>
    all.reduce((sum, row) => sum + row.reduce((x, y) => x + y, 0), 0);
  expect(found?.mean).toBeCloseTo((rights(a) - rights(b)) / (6 * IMAGES), 12);
  const perImage = Array.from(
    { length: IMAGES },
    (_, i) => a.reduce((sum, row, s) => sum + (row[i] ?? NaN) - (b[s]?.[i] ?? NaN), 0) / 6,
  );
  const mean = perImage.reduce((x, y) => x + y, 0) / IMAGES;
  const error = Math.sqrt(perImage.reduce((x, y) => x + (y - mean) ** 2, 0)) / IMAGES;
  expect((found?.imageError ?? NaN) / error).toBeGreaterThan(0.9);
  expect((found?.imageError ?? NaN) / error).toBeLessThan(1.1);
  // 1.96 standard errors to either side, as the bootstrap of a mean has it.
  for (const end of [mean - (found?.low ?? NaN), (found?.high ?? NaN) - mean]) {
    expect(end / error).toBeGreaterThan(1.6);
    expect(end / error).toBeLessThan(2.4);
  }
});

test('seeds are drawn too from 6 on, and that is wider', () => {
  const [a, b] = [rows(6, 0.1, 'a'), rows(6, 0, 'b')];
  const { low, high, both } = imageBootstrap(differences(a, b, 500), IMAGES) ?? {};
  expect((both?.high ?? NaN) - (both?.low ?? NaN)).toBeGreaterThan((high ?? NaN) - (low ?? NaN));
  const five = differences(a.slice(1), b.slice(1), 50);
  expect(imageBootstrap(five, IMAGES)?.both).toBeUndefined();
  expect(imageBootstrap(five.slice(0, 1), IMAGES)?.low).toBeTypeOf('number');
  expect(imageBootstrap([], IMAGES)).toBeUndefined();
});

test('two test splits are refused', () => {
  const [a, b] = [rows(1, 0, 'a'), rows(1, 0, 'b').map((row) => row.subarray(1))];
  expect(() => drawTestSets([...a, ...b])).toThrow('400 and 399 images; the same test split');
});
