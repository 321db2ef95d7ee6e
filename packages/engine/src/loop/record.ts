import type { RouteEvent, Update } from '@cairn/core';
import { lastingTraining } from '../plan/lasting-training.ts';
import { learningRate } from './step.ts';
import { stageSteps } from './stage.ts';
import type { Session } from './session.ts';

/**
 * Offers the state after an update (0: the initial one) to the route's recorder. The last state is always kept.
 * @param rate learning rate of the update that led here
 */
export async function recordState(
  session: Session,
  rate: number,
  metrics: Readonly<Record<string, number>> = {},
  update?: Update,
): Promise<void> {
  const { env, state, order, student, spec, recorder } = session;
  if (env.record === undefined || recorder === undefined) return;
  const { stepsPerEpoch } = order;
  const { epochs } = lastingTraining(spec.training, session.curriculum);
  const totalSteps = Math.round(epochs * stepsPerEpoch);
  const isLast = state.stage !== undefined && state.stepInStage === stageSteps(state.stage, session);
  const event: RouteEvent = {
    step: state.step,
    stepsPerEpoch,
    totalSteps,
    learningRate: rate,
    nextLearningRate: update === undefined || isLast ? 0 : learningRate(session, update),
  };
  if (!recorder.keep(event) && state.step !== totalSteps) return;
  const { weights } = await student.save();
  await env.record.writer.add({ id: state.step, learningRate: rate, metrics }, weights);
}
