import { evaluate } from './evaluate.ts';
import type { Session } from './session.ts';

/** Every evaluator on the held-out samples, keyed `val/top1` and so on; once a step, however often it is asked. */
export async function measureHeldOut(session: Session): Promise<Readonly<Record<string, number>>> {
  const { validation, measured, state, student, evaluators } = session;
  if (validation === undefined) return {};
  if (measured.step !== state.step) {
    measured.metrics = await evaluate(student, evaluators, validation);
    measured.step = state.step;
  }
  return measured.metrics;
}
