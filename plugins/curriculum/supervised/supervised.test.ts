import { createRegistry } from '@cairn/core';
import { failureOf, outlineOf, squaredLogits, stagesOfRun, testCurriculum } from '@cairn/testing';
import { expect, test } from 'vitest';
import { supervised } from './index.ts';

const create = (options: { epochs?: number | { as: string } } = {}) =>
  createRegistry([supervised, squaredLogits]).create(supervised({ loss: squaredLogits(), ...options }));

testCurriculum('supervised', create);
testCurriculum('supervised, as long as told', () => create({ epochs: 9 }));
testCurriculum('supervised, as long as another run', () => create({ epochs: { as: 'other' } }), {
  copies: { other: [2, 1, 0.3] },
});

test('one stage on labels, nothing else', async () => {
  expect(await stagesOfRun(create(), { epochs: 4 })).toEqual([
    {
      name: 'all',
      length: { epochs: 4 },
      carry: { weights: 'keep', buffers: 'keep', optimizer: 'reset', schedule: 'restart' },
      updates: [
        [
          {
            learner: 'student',
            loss: { kind: 'loss', id: 'squared-logits', options: {} },
            optimizer: {
              name: 'sgd',
              learningRate: 0.1,
              momentum: 0.9,
              dampening: 0,
              nesterov: false,
              weightDecay: 5e-4,
            },
            schedule: { name: 'cosine', floor: 0, warmup: { epochs: 0 } },
            span: { epochs: 4 },
          },
        ],
      ],
    },
  ]);
});

test('its own length stretches the schedule with it', async () => {
  const [stage] = await stagesOfRun(create({ epochs: 48 }), { epochs: 12 });
  expect(stage?.length).toEqual({ epochs: 48 });
  expect(stage?.updates[0]?.[0]?.span).toEqual({ epochs: 48 });
  expect(outlineOf(create({ epochs: 48 }), { epochs: 12 })).toEqual({ epochs: [48], exact: true });
});

test('ce-long: one stage as long as all stages of a condition', async () => {
  const ground = { epochs: 12, copies: { rco: [12, 12, 6] } };
  const [stage, ...others] = await stagesOfRun(create({ epochs: { as: 'rco' } }), ground);
  expect([stage?.length, others]).toEqual([{ epochs: 30 }, []]);
  expect(await failureOf(() => stagesOfRun(create({ epochs: { as: 'kd' } }), ground))).toMatchInlineSnapshot(`
    "CAIRN_RUN_ABSENT curriculum "supervised" copies "kd", which has no stages
    train condition "kd" with the same seeds first"
  `);
});
