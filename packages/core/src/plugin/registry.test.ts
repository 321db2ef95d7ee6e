import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  CairnError,
  createRegistry,
  definePlugin,
  pluginRef,
  Plugins,
  type AnchorPolicy,
  type Curriculum,
} from '../index.ts';

const policy: AnchorPolicy = {
  atMost: (n) => n,
  next: () => Promise.resolve({ reason: 'end', numbers: {}, finish: true }),
};
const greedy = definePlugin({
  kind: 'anchor-policy',
  id: 'greedy',
  summary: 'test',
  options: z.strictObject({ delta: z.number().positive().default(0.8), anchors: z.int().min(1).default(4) }),
  create: () => policy,
});
const held: AnchorPolicy[] = [];
const rco = definePlugin({
  kind: 'curriculum',
  id: 'rco',
  summary: 'test',
  options: z.strictObject({ anchorPolicy: pluginRef('anchor-policy') }),
  inject: [Plugins],
  create: (options, plugins) => {
    held.push(plugins.create(options.anchorPolicy));
    return { usesRoute: true, after: [] } as unknown as Curriculum;
  },
});

test('a plugin call is plain data, resolved with defaults and nested plugins', () => {
  const registry = createRegistry([greedy, rco]);
  const data = rco({ anchorPolicy: greedy({ delta: 0.6 }) });
  expect(JSON.parse(JSON.stringify(data))).toEqual(data);
  expect(registry.resolve(data).options).toEqual({
    anchorPolicy: { kind: 'anchor-policy', id: 'greedy', options: { delta: 0.6, anchors: 4 } },
  });
  registry.create(data);
  expect(held.at(-1)).toBe(policy);
});

function failure(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof CairnError) return [`${error.code} ${error.message}`, ...error.fix].join('\n');
    throw error;
  }
  return 'no error';
}

test('wrong options name path, value, range and fix', () => {
  const registry = createRegistry([greedy, rco]);
  const wrong = { kind: 'anchor-policy', id: 'greedy', options: { delta: '0,6' } } as const;
  expect(failure(() => registry.resolve(rco({ anchorPolicy: wrong }), 'curriculum'))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID curriculum.anchor-policy.delta: got "0,6"
    a number above 0 (default 0.8); "0.6"?"
  `);
  const misspelt = { kind: 'anchor-policy', id: 'greedy', options: { detla: 1 } } as const;
  expect(failure(() => registry.resolve(misspelt))).toMatchInlineSnapshot(`
    "CAIRN_OPTION_UNKNOWN anchor-policy.detla: no such option
    "delta"? known: delta, anchors"
  `);
  const unknown = { kind: 'anchor-policy', id: 'gredy', options: {} } as const;
  expect(failure(() => registry.create(unknown))).toMatchInlineSnapshot(`
    "CAIRN_PLUGIN_UNKNOWN anchor-policy: no anchor-policy "gredy"
    "greedy"? known: greedy"
  `);
});

test('a duplicate id and a malformed id are refused', () => {
  expect(failure(() => createRegistry([greedy, greedy]))).toContain('CAIRN_PLUGIN_DUPLICATE');
  expect(
    failure(() =>
      definePlugin({
        kind: 'model',
        id: 'Big Net',
        summary: '',
        options: z.object({}),
        create: () => ({
          graph: () => {
            throw new Error();
          },
        }),
      }),
    ),
  ).toContain('CAIRN_PLUGIN_ID');
});
