import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadJournal } from '@cairn/tracking';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeStore } from './node-store.ts';

const CHILD = fileURLToPath(new URL('fixtures/journal-child.ts', import.meta.url));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts the run and kills it after that many milliseconds of work. True where it came to its end. */
async function runFor(milliseconds: number): Promise<boolean> {
  const child = spawn(process.execPath, [CHILD, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  await once(child.stdout, 'data');
  await Promise.race([exit, setTimeout(milliseconds)]);
  child.kill('SIGKILL');
  const [code] = (await exit) as [number | null];
  return code === 0;
}

test('a run killed over and over writes the journal of one that was not', { timeout: 120_000 }, async () => {
  let kills = 0;
  while (!(await runFor(kills < 5 ? 8 + 5 * kills : 60_000))) kills++;
  const view = await loadJournal(new NodeStore(folder), 'journal.jsonl');
  expect(kills).toBeGreaterThan(0);
  expect(view?.end?.status).toBe('FINISHED');
  expect(view?.records).toBe(1 + 60 + 30);
  expect(view?.metrics.get('train/loss')).toEqual(
    Array.from({ length: 60 }, (_, i) => ({ value: 1 / (i + 1), step: i + 1, time: 0 })),
  );
  expect(view?.metrics.get('val/top1')?.map((s) => s.step)).toEqual(
    Array.from({ length: 30 }, (_, i) => 2 * i + 2),
  );
});
