import { expect, test } from 'vitest';
import { viewFromLogits } from './anchor-view.ts';
import { klDivergence, softmax } from './numerics.ts';
import { eventsOf, keptSteps, routeOf, routeOfLength } from './route.ts';

const [first, second, student] = [
  [
    [0, 1],
    [2, 0],
  ],
  [
    [0, 3],
    [4, 0],
  ],
  [
    [0, 0],
    [1, 0],
  ],
];

test('hardness is KL(anchor ‖ student) by sample, divergence a mean', async () => {
  const view = viewFromLogits({ candidates: [first, second], student, taught: [10] });
  expect(view.route.anchors.map(({ id }) => id)).toEqual([10, 20]);
  expect(view.taught).toEqual([{ anchors: [10], epochs: 1 }]);
  const expected = second.map((row, i) => klDivergence(softmax(row), softmax(student[i] ?? [])));
  const hardness = await view.hardness(20);
  expected.forEach((value, i) => expect(hardness[i]).toBeCloseTo(value, 13));
  const between = first.map((row, i) => klDivergence(softmax(row), softmax(second[i] ?? [])));
  expect(await view.divergence(10, 20)).toBeCloseTo(((between[0] ?? 0) + (between[1] ?? 0)) / 2, 13);
});

test('candidates stand after the initial state of a route', async () => {
  const route = routeOf({ epochs: [0, 1, 2] });
  const view = viewFromLogits({ candidates: [first, second], student, route });
  expect((await view.hardness(20))[0]).toBeGreaterThan((await view.hardness(10))[0] ?? NaN);
  await expect(view.hardness(0)).rejects.toThrow('anchor 0: no candidate');
});

test('small routes and trainings', () => {
  expect(routeOfLength(2)).toMatchObject({ totalSteps: 20, anchors: [{ id: 10 }, { id: 20 }] });
  expect(() => routeOf({ epochs: [] })).toThrow('epochs: got none');
  const events = eventsOf({ stepsPerEpoch: 2, totalSteps: 3, learningRate: (step) => step / 10 });
  expect(events.map((e) => [e.step, e.learningRate, e.nextLearningRate])).toEqual([
    [0, 0, 0.1],
    [1, 0.1, 0.2],
    [2, 0.2, 0.3],
    [3, 0.3, 0],
  ]);
  expect(keptSteps({ keep: ({ step }) => step % 2 === 1 }, events)).toEqual([1, 3]);
});
