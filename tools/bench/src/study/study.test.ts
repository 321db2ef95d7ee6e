import { expect, test } from 'vitest';
import { planned } from './ours.ts';
import { peerStudy } from './peer.ts';

test('the study is what it says: nine students of one teacher', { timeout: 60_000 }, async () => {
  const plan = await planned('smoke');
  const epochs = (condition: string) =>
    plan.runs.filter((run) => run.condition === condition).map((run) => run.epochs);
  expect(epochs('kd')).toEqual([[4], [4], [4]]);
  expect(epochs('rco-eei-one')).toEqual(Array.from({ length: 3 }, () => [1, 1, 1, 1]));
  expect(epochs('rco-eei')).toEqual(Array.from({ length: 3 }, () => [2, 2, 2, 2]));
  expect(plan.runs).toHaveLength(9);
  const { study } = peerStudy('smoke', plan);
  expect([study.teacher.training.epochs, study.batch, study.validation.fraction]).toEqual([4, 64, 0.5]);
});
