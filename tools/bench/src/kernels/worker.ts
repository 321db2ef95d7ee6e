/**
 * One build of the kernels in a process of its own; V8's flags are given when it is started.
 *
 *   prepare  build
 *   measure  shape (an index), rounds
 */
import { standaloneKernels, type Standalone } from '@cairn/backend-wasm/standalone';
import type { JsonObject } from '@cairn/core';
import { serve } from '../harness/index.ts';
import { Blocks, measureShape } from './measure.ts';
import { shapes } from './shapes.ts';

let ready: { kernels: Standalone; blocks: Blocks; peakFlop: number } | undefined;

async function prepare({ build }: JsonObject): Promise<JsonObject> {
  const kernels = await standaloneKernels(build === 'fma-wide' ? 'fma-wide' : 'fma', 192);
  ready = { kernels, blocks: new Blocks(kernels, shapes), peakFlop: build === 'fma-wide' ? 192 : 96 };
  return { build: build ?? 'fma' };
}

async function measure({ shape: index, rounds }: JsonObject): Promise<JsonObject> {
  const shape = shapes[Number(index)];
  if (ready === undefined || shape === undefined) return { error: 'prepare first, then measure a shape' };
  const { yardstick, passes } = await measureShape(ready.kernels, shape, ready.blocks, {
    rounds: Number(rounds),
    peakFlop: ready.peakFlop,
  });
  return { yardstick, passes: passes.map((pass) => ({ ...pass })) };
}

await serve({ prepare, measure });
