/** Code that people read or are given, before it is anybody's: the pages' blocks and what the generators write. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPluginKind } from '@cairn/core';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { expect, onTestFinished, test } from 'vitest';
import { addPlugin } from '../generate/plugin.ts';
import { sourceFiles } from './markdown.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

interface Outcome {
  readonly code: number | null;
  readonly said: string;
}

/** Runs a program of the workspace on its Node. */
function run(program: string, args: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, program), ...args], {
      cwd,
      env: { ...process.env, VITEST: '', NO_COLOR: '1', FORCE_COLOR: undefined },
    });
    let said = '';
    const hear = (text: Buffer) => void (said += text.toString());
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', reject).on('close', (code) => resolve({ code, said }));
  });
}

/** A folder with these files that finds the packages of the workspace. */
function folderOf(files: ReadonlyMap<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-page-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const extended = { extends: join(root, 'tsconfig.base.json'), include: ['**/*.ts'] };
  const typeRoots = [join(root, 'node_modules/@types')];
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ ...extended, compilerOptions: { typeRoots } }),
  );
  return folder;
}

/** A plugin of every kind that has a generator, as it is written. */
async function generated(): Promise<ReadonlyMap<string, string>> {
  const tree = createTreeWithEmptyWorkspace();
  tree.write('experiments/plugins.ts', "import { a } from '@cairn/a';\nexport const plugins = [a];\n");
  tree.write('experiments/package.json', '{}');
  const { generators } = JSON.parse(textOf('tools/nx/generators.json')) as { readonly generators: object };
  for (const kind of Object.keys(generators).filter(isPluginKind)) await addPlugin(tree, kind, 'sample');
  const written = tree.listChanges().filter(({ path }) => /^plugins.*\.ts$/.test(path));
  return new Map(written.map(({ path, content }) => [path, content?.toString() ?? '']));
}

test('it has right types, passes its own tests, and the guide’s policy loads from outside', async () => {
  const guide = sourceFiles(textOf('docs/plugins/anchor-policy.md'));
  expect([...guide.keys()]).toEqual(['comfort.ts', 'comfort.test.ts', 'index.ts']);
  const others = ['README.md', 'docs/plugins/README.md'].flatMap((page) => [
    ...sourceFiles(textOf(page)).values(),
  ]);
  const blocks = others.map((text, i) => [`page-${i}.ts`, text] as const);
  const plugins = await generated();
  const folder = folderOf(new Map([...guide, ...blocks, ...plugins]));
  const [tests, types, listed] = await Promise.all([
    run('node_modules/vitest/vitest.mjs', ['run', '--root', folder], folder),
    run('node_modules/typescript/bin/tsc', ['--project', folder], folder),
    run('experiments/bin/cairn.js', ['plugins', 'anchor-policy/comfort', `--plugin=${folder}`], root),
  ]);
  expect(types).toEqual({ code: 0, said: '' });
  const files = 1 + [...plugins.keys()].filter((file) => file.endsWith('.test.ts')).length;
  expect([tests.code, tests.said]).toEqual([0, expect.stringContaining(`Test Files  ${files} passed`)]);
  expect(listed.said).toContain('anchor-policy/comfort  the furthest anchor that is not too hard yet');
}, 120_000);
