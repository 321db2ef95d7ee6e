/**
 * bench:memory: 2,000 steps of ResNet-20 taught by ResNet-56. After a warm-up nothing may grow: tensors, WebAssembly
 * memory, RSS; and the most that the process ever had stays below 1.5 GB.
 *
 *   npx nx run bench:memory [--json=FILE] [--profile=smoke]
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@cairn/core';
import { atMost, startBench, startChild } from '../harness/index.ts';
import { growth } from './growth.ts';

const worker = fileURLToPath(new URL('../steps/worker.ts', import.meta.url));
const measures = [
  { key: 'numTensors', title: 'tensors', unit: '', scale: 1 },
  { key: 'wasm', title: 'WASM memory', unit: 'MB', scale: 1e6 },
  { key: 'heapUsed', title: 'JS heap', unit: 'MB', scale: 1e6 },
  { key: 'heapTotal', title: 'reserved', unit: 'MB', scale: 1e6 },
  { key: 'rss', title: 'RSS', unit: 'MB', scale: 1e6 },
] as const;

await startBench('memory', async (bench) => {
  const [warmUp, steps, every] = bench.options.profile === 'smoke' ? [4, 8, 2] : [200, 2000, 100];
  const child = startChild('ours', [process.execPath, '--expose-gc', worker]);
  const samples: { readonly step: number; readonly memory: JsonObject }[] = [];
  try {
    await child.ask({ do: 'prepare', task: 'kd', threads: availableParallelism(), batch: 64, warmUp: 0 });
    for (let step = 0; step <= steps; step += every) {
      if (step > 0) await child.ask({ do: 'repeat', steps: every }, 600);
      samples.push({ step, memory: await child.ask({ do: 'memory' }) });
    }
  } finally {
    child.close();
  }
  const valueOf = (memory: JsonObject, key: string): number => Number(memory[key]);
  bench.table({
    title: `ResNet-56 teaches ResNet-20, batch 64, ${steps} steps`,
    columns: ['step', ...measures.map(({ title, unit }) => [title, unit] as const)],
    rows: samples.map(({ step, memory }) => [
      String(step),
      ...measures.map(({ key, scale }) => (valueOf(memory, key) / scale).toFixed(scale === 1 ? 0 : 1)),
    ]),
  });
  const flat = samples.filter(({ step }) => step >= warmUp).map(({ memory }) => memory);
  const grown = (key: string): number => growth(flat.map((memory) => valueOf(memory, key)));
  bench.target(atMost('memory/tensors-grown', grown('numTensors'), 0));
  bench.target(atMost('memory/wasm-grown-MB', grown('wasm') / 1e6, 0));
  // The collector's own ups and downs are a few megabytes.
  bench.target(atMost('memory/rss-grown-MB', grown('rss') / 1e6, 10));
  const peak = Math.max(...samples.map(({ memory }) => valueOf(memory, 'peakRss')));
  bench.target(atMost('memory/peak-rss-MB', peak / 1e6, 1500));
});
