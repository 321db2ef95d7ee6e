import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { machineState, provenanceTags } from './provenance.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'cairn-provenance-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('a commit, what differs from it, the lock file and versions', async () => {
  const root = folder();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', root, '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]).toString();
  git('init', '-q');
  writeFileSync(join(root, '.gitignore'), 'node_modules\n');
  writeFileSync(join(root, 'package-lock.json'), '{}');
  mkdirSync(join(root, 'node_modules/@tensorflow/tfjs-core'), { recursive: true });
  writeFileSync(join(root, 'node_modules/@tensorflow/tfjs-core/package.json'), '{"version":"4.22.0"}');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  const clean = await machineState(root);
  expect(clean).toEqual({
    code: { commit: git('rev-parse', 'HEAD').trim() },
    // sha256sum of {}
    lockfile: '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    versions: { cairn: '0.1.0', node: process.versions.node, tfjs: '4.22.0' },
  });
  const hashes = [];
  for (const [file, text] of [
    ['.gitignore', 'node_modules\n.cairn\n'],
    ['new.ts', 'a'],
    ['new.ts', 'b'],
  ] as const) {
    writeFileSync(join(root, file), text);
    const { code } = await machineState(root);
    hashes.push('commit' in code ? code.diff : code.unknown);
  }
  expect(new Set(hashes).size).toBe(3);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

test('outside a checkout that is said', async () => {
  const state = await machineState(folder());
  expect(state.code).toEqual({ unknown: 'not a git checkout with a commit' });
  expect(provenanceTags({ command: 'cairn run x', plan: 'abc', ...state })).toMatchObject({
    'cairn.commit': 'unknown: not a git checkout with a commit',
    'cairn.lockfile': 'none',
    'cairn.tfjs': 'unknown',
  });
});
