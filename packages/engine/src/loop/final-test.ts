/** The one look at the test split: what a reported state gets there, and on which images. */
import { sha256 } from '@cairn/core';
import { classesOf, writeOutcomes } from '../outcomes.ts';
import { predictLogits } from '../predict.ts';
import { labelsOf, score, type EvaluationSet } from './evaluate.ts';
import type { Session } from './session.ts';

/** Every evaluator on the test split. The classes behind it go to `artifacts/test-<role>.safetensors`. */
export async function measureOnTest(
  session: Session,
  set: EvaluationSet,
  role: 'last' | 'best',
): Promise<Record<string, number>> {
  const { student, evaluators, task } = session;
  const logits = await predictLogits(student, set.batches, set.rows);
  const { reference } = set;
  const outcomes = {
    predicted: classesOf(logits, task.classes),
    labels: labelsOf(set),
    ...(reference === undefined ? {} : { teacher: classesOf(reference, task.classes) }),
  };
  await saveArtifact(session, `test-${role}.safetensors`, await writeOutcomes(outcomes));
  return score(logits, evaluators, set);
}

async function saveArtifact({ env }: Session, path: string, bytes: Uint8Array): Promise<void> {
  const file = `artifacts/${path}`;
  await env.store.write(file, bytes);
  env.journal.record({ type: 'artifact', path, file, sha256: await sha256(bytes), bytes: bytes.length });
}
