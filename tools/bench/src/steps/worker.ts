/**
 * Steps of ours in a process of their own, told what to do as the peer is.
 *
 *   prepare  task, threads, batch, wide (V8's experimental vectors), warmUp
 *   repeat   steps
 *   memory
 */
import { wasmMemoryBytes } from './wasm-memory.ts';
import { wasmBackend } from '@cairn/backend-wasm';
import type { BackendInfo, JsonObject } from '@cairn/core';
import { backend as activeBackend, memory as tensorMemory } from '@tensorflow/tfjs-core';
import { serve } from '../harness/answer.ts';
import { makeSteps, type Steps, type StepTask } from './steps.ts';

/** TensorFlow.js's module brings its memory along. */
interface TfjsModule {
  readonly memory: WebAssembly.Memory;
}

let steps: Steps | undefined;

async function prepare({ task, threads, batch, wide, warmUp }: JsonObject): Promise<JsonObject> {
  const backend = wasmBackend({ wide: wide === true });
  const info: BackendInfo = await backend.activate({ threads: Number(threads) });
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
  globalThis.gc?.();
  const { rss, heapUsed, heapTotal } = process.memoryUsage();
  const { numTensors } = tensorMemory();
  const { wasm } = activeBackend() as unknown as { readonly wasm: { readonly asm: TfjsModule } };
  return {
    rss,
    peakRss: process.resourceUsage().maxRSS * 1024,
    heapUsed,
    heapTotal,
    numTensors,
    wasm: wasm.asm.memory.buffer.byteLength + wasmMemoryBytes(),
  };
}

await serve({ prepare, repeat, memory });
// Threads of the backend may wait for work.
process.exit();
