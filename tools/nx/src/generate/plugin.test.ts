import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isPluginKind } from '@cairn/core';
import { failureOf } from '@cairn/testing';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import type { Tree } from '@nx/devkit';
import { beforeEach, expect, test } from 'vitest';
import { camelCase, nearestId, pascalCase } from './names.ts';
import { addPlugin } from './plugin.ts';

const kinds = readdirSync(fileURLToPath(new URL('files', import.meta.url))).filter(isPluginKind);
let tree: Tree;

beforeEach(() => {
  tree = createTreeWithEmptyWorkspace();
  tree.write(
    'experiments/plugins.ts',
    "import { kd } from '@cairn/loss-kd';\n\nexport const plugins = [kd];\n",
  );
  tree.write('experiments/package.json', JSON.stringify({ dependencies: { '@cairn/loss-kd': '*' } }));
  tree.write('plugins/loss/kd/index.ts', 'export const kd = 1;\n');
});

test('names', () => {
  expect([camelCase('equal-epochs'), pascalCase('equal-epochs')]).toEqual(['equalEpochs', 'EqualEpochs']);
  expect(camelCase('top-5-k')).toBe('top5K');
  expect(['MyPolicy', 'my policy', '2 Fast_2', 'KDLoss', 'a--b-', 'ok-1', '???'].map(nearestId)).toEqual([
    'my-policy',
    'my-policy',
    'fast-2',
    'kdloss',
    'a-b',
    'ok-1',
    undefined,
  ]);
});

test.each(kinds)('%s: five files, a dependency, a line', async (kind) => {
  await addPlugin(tree, kind, 'my-own');
  const folder = `plugins/${kind}/my-own`;
  expect(tree.children(folder).sort()).toEqual([
    'README.md',
    'index.ts',
    'my-own.test.ts',
    'my-own.ts',
    'package.json',
  ]);
  const text = tree.children(folder).map((file) => tree.read(`${folder}/${file}`, 'utf8') ?? '');
  expect(text.filter((each) => each === '' || each.includes('<%'))).toEqual([]);
  expect(tree.read(`${folder}/index.ts`, 'utf8')).toContain(`kind: '${kind}',\n  id: 'my-own',`);
  expect(tree.read('experiments/plugins.ts', 'utf8')).toContain(
    `import { myOwn } from '@cairn/${kind}-my-own';`,
  );
  expect(JSON.parse(tree.read('experiments/package.json', 'utf8') ?? '')).toMatchObject({
    dependencies: { '@cairn/loss-kd': '*', [`@cairn/${kind}-my-own`]: '*' },
  });
});

test('every kind with templates has a generator', () => {
  const { generators } = JSON.parse(
    readFileSync(new URL('../../generators.json', import.meta.url), 'utf8'),
  ) as { generators: Record<string, { factory: string }> };
  expect(Object.keys(generators)).toEqual(kinds.toSorted());
  for (const [kind, { factory }] of Object.entries(generators)) {
    expect(factory).toBe(`./src/generate/generators.ts#${camelCase(kind)}`);
  }
});

test('ids that exist or cannot be are refused, and nothing is written', async () => {
  const before = tree.listChanges().map(({ path }) => path);
  const refusals = await Promise.all(
    ['kd', 'KD', 'My Loss', 'default', 'add', '-'].map((id) => failureOf(() => addPlugin(tree, 'loss', id))),
  );
  expect(refusals.join('\n\n')).toMatchInlineSnapshot(`
    "CAIRN_PLUGIN_EXISTS loss "kd" exists: plugins/loss/kd
    another id
    or remove plugins/loss/kd, its line in experiments/plugins.ts and in experiments/package.json

    CAIRN_PLUGIN_ID loss id: got "KD"
    "kd"? lower-case words joined by hyphens, starting with a letter

    CAIRN_PLUGIN_ID loss id: got "My Loss"
    "my-loss"? lower-case words joined by hyphens, starting with a letter

    CAIRN_PLUGIN_ID loss id: got "default"
    "default" has a meaning of its own in the files; "default-loss"?

    CAIRN_PLUGIN_ID loss id: got "add"
    "add" has a meaning of its own in the files; "add-loss"?

    CAIRN_PLUGIN_ID loss id: got "-"
    lower-case words joined by hyphens, starting with a letter"
  `);
  expect(tree.listChanges().map(({ path }) => path)).toEqual(before);
});
