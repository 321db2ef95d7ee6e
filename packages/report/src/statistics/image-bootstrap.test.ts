import { createRandom } from '@cairn/core';
import { expect, test } from 'vitest';
import { imageBootstrap, type ImageOutcomes } from './image-bootstrap.ts';

const IMAGES = 400;

/** Each image is right with a probability of its own, the same for all seeds, plus a gain of the condition. */
function outcomes(seeds: number, gain: number, purpose: string): ImageOutcomes {
  const ease = createRandom(1).at('ease');
  const p = Float64Array.from({ length: IMAGES }, () => ease.uniform());
  const rows = Array.from({ length: seeds }, (_, s) => {
    const stream = createRandom(2).at(purpose, 0, s);
    return Uint8Array.from(p, (q) => (stream.uniform() < q + gain ? 1 : 0));
  });
  return { seeds: rows.map((_, s) => s), correct: rows };
}

test('the mean is that of the table; errors are those of images and of seeds', () => {
  const [a, b] = [outcomes(6, 0.1, 'a'), outcomes(6, 0, 'b')];
  const found = imageBootstrap(a, b, { resamples: 500 });
  const rights = (o: ImageOutcomes): number =>
    o.correct.reduce((sum, row) => sum + row.reduce((x, y) => x + y, 0), 0);
  expect(found?.mean).toBeCloseTo((rights(a) - rights(b)) / (6 * IMAGES), 12);
  expect(found).toMatchObject({ seeds: 6, images: IMAGES });
  // Drawn images: the standard error of a mean of per-image means, by hand.
  const perImage = Array.from(
    { length: IMAGES },
    (_, i) => a.correct.reduce((sum, row, s) => sum + (row[i] ?? NaN) - (b.correct[s]?.[i] ?? NaN), 0) / 6,
  );
  const mean = perImage.reduce((x, y) => x + y, 0) / IMAGES;
  const sd = Math.sqrt(perImage.reduce((x, y) => x + (y - mean) ** 2, 0) / IMAGES);
  expect((found?.imageError ?? NaN) / (sd / Math.sqrt(IMAGES))).toBeGreaterThan(0.9);
  expect((found?.imageError ?? NaN) / (sd / Math.sqrt(IMAGES))).toBeLessThan(1.1);
  expect(found?.low).toBeLessThan(found?.mean ?? NaN);
  expect(found?.high).toBeGreaterThan(found?.mean ?? NaN);
});

test('the same draws each time; seeds are matched by number; none under 6', () => {
  const [a, b] = [outcomes(7, 0.1, 'a'), outcomes(7, 0, 'b')];
  const turned = { seeds: b.seeds.toReversed(), correct: b.correct.toReversed() };
  const found = imageBootstrap(a, b, { resamples: 50 });
  expect(imageBootstrap(a, turned, { resamples: 50 })).toEqual(found);
  expect(imageBootstrap(a, { seeds: b.seeds.slice(2), correct: b.correct.slice(2) })).toBeUndefined();
});

test('two test splits are refused', () => {
  const [a, b] = [outcomes(6, 0, 'a'), outcomes(6, 0, 'b')];
  const shorter = { ...b, correct: b.correct.map((row) => row.subarray(1)) };
  expect(() => imageBootstrap(a, shorter)).toThrow('seed 0: 400 and 399 images; the same test split');
});
