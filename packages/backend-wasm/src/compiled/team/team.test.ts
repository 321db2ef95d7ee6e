import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { CairnError } from '@cairn/core';
import { afterEach, expect, test } from 'vitest';
import { ProgramWriter, scratchAddress, type Emit } from '../program.ts';
import { Team } from './team.ts';

const module = new WebAssembly.Module(
  readFileSync(new URL('../../../build-output/cairn-simd-shared.wasm', import.meta.url)),
);
const started: Team[] = [];

async function teamOf(threads: number): Promise<Team> {
  const team = await Team.start({ module, threads });
  started.push(team);
  return team;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((team) => team.close()));
});

/** Adds neighbours over and over: every phase needs what all tasks of the phase before have written. */
function diffusion(team: Team, cells: number, steps: number): { program: number; result: number } {
  const bytes = 16;
  const rows = [0, 1].map(() => team.heap.allocate((cells + 2) * bytes) + bytes);
  const plane = team.heap.allocate(64);
  team.heap.ints(plane, 4).set([1, 1, 1, 4]);
  const writer = new ProgramWriter(team.kernels);
  const add = (emit: Emit, a: number, b: number, y: number): void =>
    emit('pointwise', a, b, 0, 0, y, -Infinity, 1000, 0, 0, plane);
  for (let step = 0; step < steps; step++) {
    const [from = 0, to = 0] = step % 2 === 0 ? rows : [...rows].reverse();
    writer.phase(
      Array.from({ length: cells }, (_, i) => (emit: Emit) => {
        const sum = scratchAddress(0);
        add(emit, from + (i - 1) * bytes, from + (i + 1) * bytes, sum);
        add(emit, sum, from + i * bytes, to + i * bytes);
      }),
    );
  }
  team.reserveScratch(bytes);
  team.heap.floats(rows[0] ?? 0, 4 * cells).set(Array.from({ length: 4 * cells }, (_, i) => i % 7));
  return { program: team.add(writer.encode()), result: rows[steps % 2] ?? 0 };
}

test('any number of threads gives the same bits, run after run', async () => {
  const results = [];
  for (const threads of [1, 2, 3]) {
    const team = await teamOf(threads);
    for (let repeat = 0; repeat < 20; repeat++) {
      const { program, result } = diffusion(team, 37, 40);
      team.run(program);
      results.push([...team.heap.floats(result, 4 * 37)]);
      team.remove(program);
    }
  }
  expect(new Set(results.map((r) => r.join())).size).toBe(1);
  expect(results[0]?.some((v) => v === 1000)).toBe(true);
});

test('programs of different lengths may follow each other', async () => {
  const team = await teamOf(2);
  const long = diffusion(team, 9, 30);
  const short = diffusion(team, 50, 2);
  team.run(long.program);
  const expected = [...team.heap.floats(long.result, 36)];
  for (let i = 0; i < 200; i++) {
    team.run(short.program);
    team.run(long.program);
  }
  expect(expected.every(Number.isFinite)).toBe(true);
});

test('a task that traps ends the run with an error, whichever thread had it', async () => {
  for (const at of [0, 9]) {
    const team = await teamOf(2);
    const writer = new ProgramWriter(team.kernels);
    const block = team.heap.allocate(64);
    writer.phase(
      Array.from(
        { length: 10 },
        (_, i) => (emit: Emit) => emit('fill', i === at ? 2 ** 32 - 64 : block, i === at ? 128 : 64),
      ),
    );
    writer.phase([(emit) => emit('fill', block, 64)]);
    const program = team.add(writer.encode());
    expect(codeOf(() => team.run(program))).toBe('CAIRN_BACKEND_THREAD');
    expect(codeOf(() => team.run(program))).toBe('CAIRN_BACKEND_THREAD');
  }
});

test('waiting threads let the process end by itself', () => {
  const script = `
    import { readFileSync } from 'node:fs';
    import { Team } from ${JSON.stringify(new URL('./team.ts', import.meta.url).href)};
    const file = ${JSON.stringify(new URL('../../../build-output/cairn-simd-shared.wasm', import.meta.url).pathname)};
    const team = await Team.start({ module: new WebAssembly.Module(readFileSync(file)), threads: 3 });
    console.log(team.threads);
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: 20_000,
  });
  expect(String(output)).toBe('3\n');
});

function codeOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    return (error as CairnError).code;
  }
  return 'no error';
}
