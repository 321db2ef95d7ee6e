import { MemoryStore } from '@cairn/core';
import { samplePoints } from '@cairn/tracking';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { lives } from '../e2e/cairn-process.ts';
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

test("with the driver's program on the PATH each device is sampled, and the program ends with the run", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-gpu-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = `#!/bin/sh\necho "$@" > '${folder}/asked'\necho $$ > '${folder}/pid'
while :; do printf '0, 37, 2048, 8192, 75.5\\n1, 99, 4096, 8192, 300.1\\n'; sleep 0.05; done\n`;
  writeFileSync(join(folder, 'nvidia-smi'), program, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH'] ?? ''}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const store = new MemoryStore();
  const sampling = sampleSystem(store, 50);
  const points = async () =>
    samplePoints(new TextDecoder().decode((await store.read('system.jsonl')) ?? new Uint8Array()), 0).points;
  await vi.waitUntil(async () => (await points()).some(({ key }) => key.includes('gpu_1')), {
    timeout: 20_000,
  });
  sampling.stop();
  const values = new Map((await points()).map(({ key, value }) => [key, value]));
  expect(values.get('system/gpu_0_utilization_percentage')).toBe(37);
  expect(values.get('system/gpu_1_memory_usage_percentage')).toBe(50);
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe(
    '--query-gpu=index,utilization.gpu,memory.used,memory.total,power.draw --format=csv,noheader,nounits -l 1\n',
  );
  const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
  await vi.waitUntil(() => !lives(pid), { timeout: 20_000 });
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
