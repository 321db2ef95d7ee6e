import { fileURLToPath } from 'node:url';
import { wasmBackend } from '@cairn/backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { startChild } from '../harness/index.ts';
import { makeSteps } from './steps.ts';

test.each(['ce', 'kd'] as const)('steps of %s learn their batch and leave nothing behind', async (task) => {
  const backend = wasmBackend();
  await backend.activate();
  const before = tf.memory().numTensors;
  const steps = makeSteps(backend, task, 4);
  const first = await steps.step();
  const after = tf.memory().numTensors;
  let last = first;
  for (let i = 0; i < 4; i++) last = await steps.step();
  expect(first).toBeGreaterThan(0);
  expect(last).toBeLessThan(first);
  expect(tf.memory().numTensors).toBe(after);
  steps.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('the worker answers as the peer does', async () => {
  const worker = fileURLToPath(new URL('./worker.ts', import.meta.url));
  const child = startChild('ours', [process.execPath, worker]);
  try {
    await expect(child.ask({ do: 'repeat', steps: 1 })).rejects.toThrow('ours: prepare first');
    await expect(child.ask({ do: 'dance' })).rejects.toThrow('ours: no such request: "dance"');
    const about = await child.ask({ do: 'prepare', task: 'ce', threads: 1, batch: 2, warmUp: 1 });
    expect(about).toMatchObject({ id: 'wasm', threads: 1 });
    const { seconds, loss } = await child.ask({ do: 'repeat', steps: 2 });
    expect(seconds).toBeGreaterThan(0);
    expect(loss).toBeGreaterThan(0);
    expect((await child.ask({ do: 'memory' }))['rss']).toBeGreaterThan(1e6);
  } finally {
    child.close();
  }
});
