import { createRandom, createRegistry, type Augmentation } from '@cairn/core';
import { testAugmentation } from '@cairn/testing';
import { expect, test } from 'vitest';
import { cropFlip, cutAndMirror, drawCropFlip } from './index.ts';

const random = createRandom(7);
const image = { height: 2, width: 3, channels: 1 };
const pixels = Uint8Array.of(1, 2, 3, 4, 5, 6);

function augmentation(options: Parameters<typeof cropFlip>[0]): Augmentation {
  return createRegistry([cropFlip]).create(cropFlip(options));
}

testAugmentation('crop-flip', () => augmentation({}));
testAugmentation('crop-flip, wide', () => augmentation({ padding: 20 }));
testAugmentation('crop-flip, nothing', () => augmentation({ padding: 0, flip: false }), { random: false });

function cut(top: number, left: number, mirrored: boolean, padding = 1): number[] {
  const to = new Uint8Array(6).fill(99);
  cutAndMirror(pixels, to, image, { top, left, mirrored }, padding);
  return [...to];
}

test('windows of the padded image, worked by hand', () => {
  expect(cut(1, 1, false)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(cut(1, 1, true)).toEqual([3, 2, 1, 6, 5, 4]);
  expect(cut(0, 0, false)).toEqual([0, 0, 0, 0, 1, 2]);
  expect(cut(0, 0, true)).toEqual([0, 0, 0, 2, 1, 0]);
  expect(cut(2, 2, false)).toEqual([5, 6, 0, 0, 0, 0]);
  expect(cut(2, 2, true)).toEqual([0, 6, 5, 0, 0, 0]);
  expect(cut(0, 2, false)).toEqual([0, 0, 0, 2, 3, 0]);
});

test('a window beyond the image is all zero', () => {
  expect(cut(0, 0, false, 5)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(cut(10, 10, true, 5)).toEqual([0, 0, 0, 0, 0, 0]);
  // At the image's height, but beside it.
  expect(cut(5, 10, false, 5)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(cut(5, 0, false, 5)).toEqual([0, 0, 0, 0, 0, 0]);
});

test('channels stay together', () => {
  const rgb = { height: 1, width: 2, channels: 3 };
  const to = new Uint8Array(6);
  cutAndMirror(pixels, to, rgb, { top: 0, left: 0, mirrored: true }, 0);
  expect([...to]).toEqual([4, 5, 6, 1, 2, 3]);
});

test('without padding and flip nothing changes', () => {
  const to = new Uint8Array(6);
  augmentation({ padding: 0, flip: false }).apply(pixels, to, image, random.at('augment', 1, 0));
  expect(to).toEqual(pixels);
});

test('a sample is a function of its address alone', () => {
  const apply = (epoch: number, index: number): string => {
    const to = new Uint8Array(6);
    augmentation({ padding: 2 }).apply(pixels, to, image, random.at('augment', epoch, index));
    return to.join();
  };
  const forwards = Array.from({ length: 50 }, (_, i) => apply(3, i));
  const backwards = Array.from({ length: 50 }, (_, i) => apply(3, 49 - i)).reverse();
  expect(backwards).toEqual(forwards);
  expect(forwards.filter((v, i) => v !== apply(4, i)).length).toBeGreaterThan(25);
  expect([...pixels]).toEqual([1, 2, 3, 4, 5, 6]);
});

test('offsets are uniform over 9 × 9 windows and half of the images are mirrored', () => {
  const n = 8100;
  const windows = new Array<number>(81).fill(0);
  let mirrored = 0;
  for (let i = 0; i < n; i++) {
    const draw = drawCropFlip({ padding: 4, flip: true }, random.at('augment', 1, i));
    const window = draw.top * 9 + draw.left;
    windows[window] = (windows[window] ?? 0) + 1;
    mirrored += Number(draw.mirrored);
  }
  // Chi-squared with 80 degrees of freedom: mean 80, sd 12.6; half of n with sd 45.
  const chi = windows.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
  expect(chi).toBeGreaterThan(40);
  expect(chi).toBeLessThan(130);
  expect(Math.abs(mirrored - n / 2)).toBeLessThan(180);
});
