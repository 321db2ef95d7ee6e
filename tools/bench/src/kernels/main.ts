/**
 * bench:kernels: convolutions of every kind, forward and both gradients, batch 64, one thread, each beside a bound of the
 * same round: multiply-adds in registers, for depthwise convolutions also a copy. The usual build, and the
 * wide one under V8's `--experimental-wasm-revectorize`, each in a process of its own, take turns.
 *
 *   npx nx run bench:kernels [--json=FILE] [--repeats=N] [--only=3×3]
 */
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@cairn/core';
import { startBench, startChild, type Child } from '../harness/index.ts';
import { showFigures, type Figures } from './show.ts';
import { shapes } from './shapes.ts';

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
const settings = [
  { name: 'usual', build: 'fma', flags: [] },
  { name: 'wide', build: 'fma-wide', flags: ['--experimental-wasm-revectorize'] },
] as const;

async function measured(child: Child, shape: number, rounds: number): Promise<Figures> {
  const answer: JsonObject = await child.ask({ do: 'measure', shape, rounds });
  return answer as unknown as Figures;
}

await startBench('kernels', async (bench) => {
  const children = settings.map(({ name, flags }) => startChild(name, [process.execPath, ...flags, worker]));
  try {
    await Promise.all(
      children.map((child, i) => child.ask({ do: 'prepare', build: settings[i]?.build ?? '' })),
    );
    const rows = [];
    for (const [index, shape] of shapes.entries()) {
      if (!bench.options.picks(`${shape.name} ${shape.kind}`)) continue;
      const figures: Figures[] = [];
      for (const child of children) figures.push(await measured(child, index, bench.options.repeats ?? 21));
      rows.push({ shape, figures });
    }
    showFigures(bench, rows);
  } finally {
    for (const child of children) child.close();
  }
});
