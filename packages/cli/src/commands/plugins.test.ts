import { definePlugin } from '@cairn/core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { cairn } from '../test-host.ts';

const every = definePlugin({
  kind: 'route-recorder',
  id: 'every',
  summary: 'keeps a state every so many steps',
  paper: 'ours',
  options: z.strictObject({
    steps: z.int().min(1).default(100),
    firstEpoch: z.number().positive(),
  }),
  create: ({ steps }) => ({ keep: ({ step }) => step % steps === 0 }),
});
const all = definePlugin({
  kind: 'route-recorder',
  id: 'all',
  summary: 'keeps every state',
  options: z.strictObject({}),
  create: () => ({ keep: () => true }),
});
const plain = definePlugin({
  kind: 'augmentation',
  id: 'plain',
  summary: 'changes nothing',
  options: z.strictObject({}),
  create: () => ({ apply: (from, to) => to.set(from) }),
});
const plugins = async () => [every, all, plain];

test('lists by kind', async () => {
  expect((await cairn('plugins', { plugins })).out).toMatchInlineSnapshot(`
    "augmentation
      plain  changes nothing

    route-recorder
      all    keeps every state
      every  keeps a state every so many steps
    "
  `);
  expect((await cairn('plugins augmentation', { plugins })).out).toMatchInlineSnapshot(`
    "augmentation
      plain  changes nothing
    "
  `);
});

test('shows the options of one', async () => {
  expect((await cairn('plugins route-recorder/every', { plugins })).out).toMatchInlineSnapshot(`
    "route-recorder/every  keeps a state every so many steps
      ours

      steps        an integer at least 1 (default 100)
      first-epoch  a number above 0
    "
  `);
  expect((await cairn('plugins route-recorder/all', { plugins })).out).toContain('no options');
});

test('as JSON', async () => {
  const { out } = await cairn('plugins route-recorder/every --json', { plugins });
  expect(JSON.parse(out)).toMatchObject([
    {
      kind: 'route-recorder',
      id: 'every',
      paper: 'ours',
      options: {
        type: 'object',
        required: ['firstEpoch'],
        properties: { steps: { default: 100, minimum: 1 } },
      },
    },
  ]);
});

test('an unknown kind or id names the nearest', async () => {
  expect(await cairn('plugins route-recordr', { plugins })).toMatchInlineSnapshot(`
    {
      "code": 2,
      "err": "error CAIRN_PLUGIN_UNKNOWN  cairn plugins: no kind "route-recordr"
      "route-recorder"? known: anchor-policy, augmentation, curriculum, dataset, evaluator, launcher, loss, model, route-recorder
    ",
      "out": "",
    }
  `);
  expect(await cairn('plugins route-recorder/evry', { plugins })).toMatchInlineSnapshot(`
    {
      "code": 2,
      "err": "error CAIRN_PLUGIN_UNKNOWN  cairn plugins: no route-recorder "evry"
      "every"? known: all, every
    ",
      "out": "",
    }
  `);
});
