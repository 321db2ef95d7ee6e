import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { plugins } from './plugins.ts';

const program = fileURLToPath(new URL('bin/cairn.js', import.meta.url));
const cairn = (...args: string[]) => spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

test('the command knows its studies', () => {
  const { stdout, status } = cairn('help');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^studies {2}.*quickstart/m);
});

test('a misspelt study is exit code 2 and names the nearest', () => {
  const { stdout, stderr, status } = cairn('run', 'quikstart');
  expect([stdout, status]).toEqual(['', 2]);
  expect(stderr).toContain('error CAIRN_ARGUMENT_UNKNOWN  cairn run: no study "quikstart"\n  "quickstart"?');
});

test('every plugin of the catalogue is there, once', () => {
  const { stdout, status } = cairn('plugins', '--json');
  const listed = JSON.parse(stdout) as readonly { readonly kind: string; readonly id: string }[];
  expect(status).toBe(0);
  expect(listed).toHaveLength(plugins.length);
  expect(new Set(listed.map(({ kind, id }) => `${kind}/${id}`)).size).toBe(plugins.length);
});

test('a reader that has gone is no failure', async () => {
  const child = spawn(process.execPath, [program, 'plugins', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, complaints]).toEqual([0, '']);
});
