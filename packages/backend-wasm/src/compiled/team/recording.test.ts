import { afterAll, expect, test } from 'vitest';
import { ProgramWriter, type Emit } from '../program.ts';
import { sharedModule } from '../test-support/shared-module.ts';
import { Team } from './team.ts';

const team = await Team.start({ module: sharedModule('simd'), threads: 2 });
afterAll(() => team.close());

test('a recording names kernels, nodes and waits of every thread, in order, and ends', () => {
  const block = team.heap.allocate(2 ** 20);
  const writer = new ProgramWriter(team.kernels);
  writer.label('conv1');
  const fill = (emit: Emit): void => emit('fill', block, 2 ** 20);
  writer.phase(Array.from({ length: 6 }, () => fill));
  writer.label('bn1');
  writer.phase([fill]);
  const program = team.add(writer.encode());
  team.run(program);
  const before = performance.now();
  const stop = team.record();
  team.run(program);
  team.run(program);
  const spans = stop();
  const after = performance.now();
  team.run(program);
  const calls = spans.filter((s) => s.kind !== 'wait');
  expect(calls.map((s) => `${s.kernel} ${s.node} ${s.kind}`).sort()).toEqual([
    ...Array.from({ length: 2 }, () => 'fill bn1 other'),
    ...Array.from({ length: 12 }, () => 'fill conv1 other'),
  ]);
  expect(stop()).toHaveLength(spans.length);
  for (const thread of [0, 1]) {
    const times = spans.filter((s) => s.thread === thread).flatMap(({ start, end }) => [start, end]);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const time of times) {
      expect(time).toBeGreaterThan(before - 1);
      expect(time).toBeLessThan(after + 1);
    }
  }
  expect(spans.some((s) => s.kind === 'wait')).toBe(true);
});
