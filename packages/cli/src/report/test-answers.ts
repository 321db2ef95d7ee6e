/** What last weights say of each test image: from the run's own record, and how sure they were from the weights. */
import type { TestAnswers } from '@cairn/report';
import { loadOutcomes } from '../study/outcomes.ts';
import type { Laboratory } from './laboratory.ts';
import { lastState } from './states.ts';
import type { ReportSubject } from './subject.ts';

/** @param lab absent where no network is to be run: then without confidences, and without runs that kept no classes */
export async function testAnswers({ result, runs }: ReportSubject, lab?: Laboratory): Promise<TestAnswers[]> {
  const outcomesOf = await loadOutcomes(result);
  const byFolder = new Map(runs.map((run) => [run.store.location, run]));
  const found: TestAnswers[] = [];
  for (const { name: condition, runs: own } of result.conditions) {
    for (const result of own) {
      const { seed, teacherSeed, folder } = result;
      const who = { condition, seed, ...(teacherSeed === undefined ? {} : { teacherSeed }) };
      const run = byFolder.get(folder);
      const state = run === undefined ? undefined : lastState(run);
      if (lab !== undefined && state !== undefined) {
        const answers = await lab.answers(state, lab.test);
        found.push({ ...who, labels: lab.splits.test.labels, ...answers });
        continue;
      }
      const outcomes = outcomesOf(result);
      if (outcomes !== undefined)
        found.push({ ...who, labels: outcomes.labels, predicted: outcomes.predicted });
    }
  }
  return found;
}
