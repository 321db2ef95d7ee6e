/**
 * Steps of ours in a process of their own, told what to do as the peer is: V8's flags are given when it is started.
 *
 *   prepare  task, threads, batch, numerics (a pinned choice)
 *   repeat   steps
 *   memory
 */
import { wasmBackend } from '@cairn/backend-wasm';
import type { BackendInfo, JsonObject } from '@cairn/core';
import * as tf from '@tensorflow/tfjs-core';
import { serve } from '../harness/answer.ts';
import { makeSteps, type Steps, type StepTask } from './steps.ts';

let steps: Steps | undefined;

async function prepare({ task, threads, batch, numerics, warmUp }: JsonObject): Promise<JsonObject> {
  const backend = wasmBackend();
  const info: BackendInfo = await backend.activate({
    threads: Number(threads),
    ...(typeof numerics === 'string' ? { numerics } : {}),
  });
  steps = makeSteps(backend, task as StepTask, Number(batch));
  for (let i = 0; i < Number(warmUp ?? 3); i++) await steps.step();
  return { ...info };
}

async function repeat({ steps: count }: JsonObject): Promise<JsonObject> {
  if (steps === undefined) return { error: 'prepare first' };
  const start = performance.now();
  let loss = NaN;
  for (let i = 0; i < Number(count); i++) loss = await steps.step();
  return { seconds: (performance.now() - start) / 1000, loss };
}

function memory(): JsonObject {
  const { rss, external, arrayBuffers, heapUsed } = process.memoryUsage();
  const { numTensors, numBytes } = tf.memory();
  const peakRss = process.resourceUsage().maxRSS * 1024;
  return { rss, peakRss, external, arrayBuffers, heapUsed, numTensors, numBytes };
}

await serve({ prepare, repeat, memory });
// Threads of the backend may wait for work.
process.exit();
