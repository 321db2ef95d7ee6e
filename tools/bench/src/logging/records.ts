/** What a worker itself spends on logging: an epoch's records on this disk, and a sample of the machine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineValues, NodeStore } from '@cairn/cli';
import type { MetricPoint } from '@cairn/core';
import { encodeSample, Journal, SAMPLES } from '@cairn/tracking';

export interface WorkerCost {
  /** Milliseconds for the records of an epoch, forced to the disk. */
  readonly epoch: number;
  /** Milliseconds for a sample. */
  readonly sample: number;
}

const REPEATS = 50;
/** As many as a run with every evaluator has. */
const KEYS = 18;

export async function workerCost(): Promise<WorkerCost> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-bench-'));
  try {
    const store = new NodeStore(folder);
    const journal = await Journal.open(store, 'journal.jsonl');
    const epoch = await timed(async (i) => {
      const metrics = Array.from({ length: KEYS }, (_, k): MetricPoint => [
        `val/m${k}`,
        Math.random(),
        i,
        Date.now(),
      ]);
      journal.record({ type: 'metrics', metrics });
      await journal.flush();
    });
    const clock = { time: 0, idle: 0, total: 0, own: 0 };
    const sample = await timed(async () => {
      const values = machineValues(clock, { time: 1e4, idle: 1, total: 2e4, own: 1e6 });
      await store.append(SAMPLES, encodeSample({ time: Date.now(), values }));
    });
    return { epoch, sample };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Median milliseconds. */
async function timed(action: (i: number) => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const begin = performance.now();
    await action(i);
    times.push(performance.now() - begin);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(REPEATS / 2)] ?? NaN;
}
