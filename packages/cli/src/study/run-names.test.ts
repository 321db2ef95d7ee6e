import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { NodeStore } from '../files/index.ts';
import { runNames } from './run-names.ts';

test('every folder with a journal, also that of a swept condition with a number in its name', async () => {
  const home = mkdtempSync(join(tmpdir(), 'cairn-names-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const journals = ['rco-delta-0.4-t0-s0', 'kd-t0-s0', 'superseded/kd-t0-s0-20260101T000000'];
  for (const run of journals) {
    mkdirSync(join(home, 'study/default', run), { recursive: true });
    writeFileSync(join(home, 'study/default', run, 'journal.jsonl'), '');
  }
  mkdirSync(join(home, 'study/default/begun'));
  for (const file of ['plan.json', 'study.json', 'owner.lock']) {
    writeFileSync(join(home, 'study/default', file), '');
  }
  expect(await runNames(new NodeStore(home))).toEqual([
    'study/default/kd-t0-s0',
    'study/default/rco-delta-0.4-t0-s0',
  ]);
});
