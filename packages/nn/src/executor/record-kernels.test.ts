import '@tensorflow/tfjs-backend-cpu';
import { add, conv2d, mul, ones, setBackend, tidy, type Rank, type Tensor4D } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { recordKernels } from './record-kernels.ts';

function work(): void {
  tidy(() => {
    const x = ones<Rank.R4>([1, 4, 4, 2]);
    conv2d(add<Tensor4D>(x, mul(x, x)), ones<Rank.R4>([3, 3, 2, 2]), 1, 'same');
  });
}

test('every kernel of the recording, one after the other', async () => {
  await setBackend('cpu');
  work();
  const stop = recordKernels();
  const before = performance.now();
  work();
  const after = performance.now();
  const spans = stop();
  work();
  expect(spans.map((s) => s.kernel)).toEqual(['Multiply', 'Add', 'Conv2D']);
  expect(spans.map((s) => s.kind)).toEqual(['other', 'other', 'convolution']);
  const times = spans.flatMap(({ start, end }) => [start, end]);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(before);
  expect(times.at(-1)).toBeLessThanOrEqual(after);
  expect(spans).toHaveLength(3);
});

test('a recording that fails in a kernel goes on with the next', async () => {
  await setBackend('cpu');
  const stop = recordKernels();
  const x = ones([2, 2]);
  x.dispose();
  expect(() => add(x, 1)).toThrow();
  work();
  expect(stop().map((s) => s.kernel)).toContain('Conv2D');
});
