/** A long run must not grow: neither in tensors nor in the process. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { converged } from '@cairn/curriculum-converged';
import { kd } from '@cairn/loss-kd';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { smallStudy } from '../test-support/small-study.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

// V8 compiles what is hot for some hundred steps, and its compiler's memory is not the run's.
const [steps, warmUp, window] = [1000, 450, 50];

interface Sample {
  readonly tensors: number;
  /** What is alive: objects after a collection, array buffers, WebAssembly memory. */
  readonly live: number;
  /** RSS, less what V8 has added to its heap's reserve by its own rules since the first sample. */
  readonly resident: number;
}

let firstReserve: number | undefined;

function sample(): Sample {
  collectGarbage();
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  firstReserve ??= heapTotal;
  // A reserve that shrinks gives nothing back to RSS at once, so only its growth is taken off.
  const resident = rss - Math.max(0, heapTotal - firstReserve);
  return { tensors: tf.memory().numTensors, live: heapUsed + external, resident };
}

test(
  'steps of student and teacher leave tensors and memory where they were',
  { timeout: 120_000 },
  async () => {
    const study = await smallStudy();
    const spec = study.studentSpec(converged({ loss: kd() }));
    const before = tf.memory().numTensors;
    const samples: Sample[] = [];
    let done = 0;
    const breathe = async (): Promise<void> => {
      done++;
      if ((done > warmUp && done <= warmUp + window) || done > steps - window) samples.push(sample());
    };
    await study.teach({ ...spec, training: { ...spec.training, epochs: steps / 4 } }, { breathe });
    expect([done, samples.length]).toEqual([steps, 2 * window]);
    const [early, late] = [samples.slice(0, window), samples.slice(window)];
    expect(new Set(samples.map(({ tensors }) => tensors)).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    for (const part of ['live', 'resident'] as const) {
      const growth = median(late.map((s) => s[part])) / median(early.map((s) => s[part]));
      expect(growth, part).toBeLessThan(1.1);
    }
  },
);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
