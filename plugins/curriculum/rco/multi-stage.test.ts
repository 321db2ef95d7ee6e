import { outlineOf, stagesOfRun } from '@cairn/testing';
import { expect, test } from 'vitest';
import { create, four, planned, shown, stepping } from './test-support/curricula.ts';

test('multi: a full schedule for each anchor', async () => {
  expect(await shown(planned(2, 4), {})).toEqual(['12 20', '12 40']);
  expect(await shown(planned(2, 4), { stageEpochs: 5 })).toEqual(['5 20', '5 40']);
  const stages = await stagesOfRun(create(planned(2, 4), { restartRate: 0.1 }), four);
  expect(stages.map(({ name, carry }) => ({ name, ...carry }))).toEqual([
    { name: 'stage-1', weights: 'keep', buffers: 'keep', optimizer: 'reset', schedule: 'restart' },
    { name: 'stage-2', weights: 'keep', buffers: 'keep', optimizer: 'reset', schedule: 'restart' },
  ]);
  const updates = stages.flatMap((stage) => stage.updates.flat());
  expect(updates.map(({ optimizer }) => optimizer.learningRate)).toEqual([0.1, 0.1 * 0.1]);
  expect(updates.map(({ span }) => span)).toEqual([{ epochs: 12 }, { epochs: 12 }]);
});

test('multi: a policy that stays gives its anchor another stage', async () => {
  // Asked after 0, 12, 24, … epochs: 1, stay, 2, 3, stay, 4, finish.
  expect(await shown(stepping([12, 48]), {})).toEqual(['12 10', '12 10', '12 20', '12 30', '12 30', '12 40']);
});

test('multi: a policy that looks at the student has a bound, without the initial state', () => {
  expect(outlineOf(create(stepping()), four)).toEqual({ epochs: [12, 12, 12, 12], exact: false });
  expect(outlineOf(create(planned(2, 4)), four)).toEqual({
    epochs: [12, 12],
    exact: true,
    anchors: [20, 40],
  });
});

test('multi: what a policy leaves over is taught by the converged teacher', async () => {
  expect(await shown(planned(1, 4), { fill: 4 })).toEqual(['12 10', '12 40', '12 40', '12 40']);
  expect(await shown(planned(1, 2, 4), { fill: 2 })).toEqual(['12 10', '12 20', '12 40']);
  const filled = { ...stepping(), atMost: () => 3 };
  expect(outlineOf(create(filled, { fill: 4 }), four)).toEqual({ epochs: [12, 12, 12, 12], exact: true });
  expect(outlineOf(create(planned(4), { fill: 2 }), four)).toEqual({
    epochs: [12, 12],
    exact: true,
    anchors: [40, 40],
  });
});
