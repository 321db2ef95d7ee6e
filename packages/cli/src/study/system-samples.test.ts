import { MemoryStore } from '@cairn/core';
import { samplePoints } from '@cairn/tracking';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { gpuValues, sampleSystem } from './system-samples.ts';

test('a worker writes what it and its machine use', async () => {
  const store = new MemoryStore();
  const sampling = sampleSystem(store, 30);
  await sleep(200);
  sampling.stop();
  const text = new TextDecoder().decode((await store.read('system.jsonl')) ?? new Uint8Array());
  const { lines, points } = samplePoints(text, 0);
  expect(lines).toBeGreaterThan(0);
  expect(points.map(({ key }) => key)).toContain('system/process_memory_megabytes');
  expect(points.every(({ value }) => value >= 0)).toBe(true);
});

test('a line of the driver is five numbers, some of them unknown', () => {
  expect(gpuValues('0, 37, 2048, 8192, 75.5')).toEqual({
    gpu_0_utilization_percentage: 37,
    gpu_0_memory_usage_megabytes: 2048,
    gpu_0_memory_usage_percentage: 25,
    gpu_0_power_usage_watts: 75.5,
  });
  expect(gpuValues('1, [N/A], 10, 0, [N/A]')).toEqual({ gpu_1_memory_usage_megabytes: 10 });
  expect(gpuValues('')).toEqual({});
});
