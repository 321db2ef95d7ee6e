/** What finished runs say of each test image, for `cairn compare`. */
import { RunError, sha256 } from '@cairn/core';
import { readOutcomes, type TestOutcomes } from '@cairn/engine';
import type { OutcomesOf, StudyResult } from '@cairn/report';
import { loadJournal } from '@cairn/tracking';
import { NodeStore } from '../files/index.ts';
import { JOURNAL } from './header.ts';

/** The last epoch's, as the engine names it. */
const ARTIFACT = 'test-last.safetensors';

/**
 * Reads them all, each checked against its journal. Runs of an older Cairn have none.
 * @throws CAIRN_OUTCOMES_DAMAGED
 */
export async function loadOutcomes({ conditions }: StudyResult): Promise<OutcomesOf> {
  const found = new Map<string, TestOutcomes>();
  for (const { folder } of conditions.flatMap(({ runs }) => runs)) {
    const outcomes = await outcomesIn(new NodeStore(folder));
    if (outcomes !== undefined) found.set(folder, outcomes);
  }
  return ({ folder }) => found.get(folder);
}

async function outcomesIn(run: NodeStore): Promise<TestOutcomes | undefined> {
  const journal = await loadJournal(run, JOURNAL);
  const record = journal?.artifacts.findLast(({ path }) => path === ARTIFACT);
  if (record === undefined) return undefined;
  const file = `${run.location}/${record.file}`;
  const bytes = await run.read(record.file);
  const digest = bytes === undefined ? 'no file' : await sha256(bytes);
  if (bytes !== undefined && digest === record.sha256) return readOutcomes(bytes, file);
  throw new RunError(
    'CAIRN_OUTCOMES_DAMAGED',
    `${file}: expected SHA-256 ${record.sha256}, found ${digest}`,
    {
      fix: ['restore it from a copy', 'or train the run again: cairn run <study> --fresh --only=<condition>'],
    },
  );
}
