/** What is measured: one process for each setting. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@cairn/core';
import type { StepTask } from '../steps/steps.ts';

export const batch = 64;

export interface Setting {
  /** Unique within a task. */
  readonly name: string;
  /** `wide`: ours with V8's experimental flag. */
  readonly group: 'ours' | 'wide' | 'eager' | 'compile';
  readonly threads: number;
  readonly command: readonly [string, ...string[]];
  readonly prepare: JsonObject;
  /** Seconds that preparing may take: a compiler is slow. */
  readonly patience: number;
}

/** One thread, and all cores. */
function threadCounts(): readonly number[] {
  return [...new Set([1, availableParallelism()])];
}

const worker = fileURLToPath(new URL('../steps/worker.ts', import.meta.url));
const peer = fileURLToPath(new URL('../../peer/step.py', import.meta.url));

export function ourSettings(task: StepTask): readonly Setting[] {
  const ways = [
    { group: 'ours', wide: false },
    { group: 'wide', wide: true },
  ] as const;
  return ways.flatMap(({ group, wide }) =>
    threadCounts().map((threads) => ({
      name: `${group === 'ours' ? 'cairn' : 'cairn, revectorised'}, ${threads}`,
      group,
      threads,
      command: [process.execPath, worker] as const,
      prepare: { do: 'prepare', task, threads, batch, wide },
      patience: 120,
    })),
  );
}

/** @param python with torch */
export function peerSettings(python: string, task: StepTask): readonly Setting[] {
  return (['eager', 'compile'] as const).flatMap((mode) =>
    (['channels_last', 'nchw'] as const).flatMap((layout) =>
      threadCounts().map((threads) => ({
        name: `torch ${mode}, ${layout}, ${threads}`,
        group: mode,
        threads,
        command: [python, peer] as const,
        prepare: { do: 'prepare', task, mode, layout, threads, batch },
        patience: mode === 'compile' ? 240 : 120,
      })),
    ),
  );
}
