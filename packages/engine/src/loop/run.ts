/**
 * The one training loop. Teachers and students, RCO, ProKT and mutual learning are lists of stages and updates
 * that it performs:
 *
 *   until the curriculum is done: begin a stage
 *     for every batch: gradients, updates
 *       at an epoch's end: measure on the held-out samples, log
 *       now and then, and when told to stop: save everything
 *     end the stage: record it, save its weights
 *   measure once on the test split, for the last weights and for the best on validation
 */
import { RunError, type RunRecord, type Stage } from '@cairn/core';
import { hashWeights } from '@cairn/nn';
import { measureOnTest } from './final-test.ts';
import { measureHeldOut } from './held-out.ts';
import { epochMeans, addToSums } from './meter.ts';
import { anchorsOf, beginStage, finishStage, nextStage, stageSteps } from './stage.ts';
import { openSession, testSet, type Session } from './session.ts';
import { learningRate, readyUpdates, trainStep, type ReadyUpdate } from './step.ts';
import { CHECKPOINT, saveCheckpoint } from './checkpoint.ts';
import { recordState } from './record.ts';
import { readWeights, saveWeights } from './weights.ts';
import { openTeachers } from './teachers.ts';
import { timed } from './timed.ts';
import type { RunEnvironment, RunResult, RunSpec } from './types.ts';

/**
 * Trains one network from where it stopped to its end.
 * @throws CAIRN_INTERRUPTED when the signal asks to stop: everything is saved, the same call goes on
 * @throws CAIRN_LOSS_DIVERGED, CAIRN_CHECKPOINT_DAMAGED, CAIRN_ANCHOR_…, CAIRN_WEIGHTS_MOVED
 */
export async function trainRun(spec: RunSpec, env: RunEnvironment): Promise<RunResult> {
  const session = await openSession(spec, env);
  try {
    if (!session.resumed) await start(session);
    for (;;) {
      let { stage } = session.state;
      if (stage === undefined) {
        stage = await nextStage(session);
        if (stage === undefined) break;
        await beginStage(session, stage);
        if (session.state.step === 0) await recordState(session, 0, {}, stage.updates[0]?.[0]);
      }
      await runStage(session, stage);
      await finishStage(session, stage);
      await checkpoint(session);
    }
    return await finish(session);
  } finally {
    session.dispose();
  }
}

async function start(session: Session): Promise<void> {
  const { env } = session;
  for (const record of env.header) env.journal.record(record);
  await env.journal.flush();
  const { weights } = session.initial;
  env.journal.record({ type: 'tags', tags: { 'cairn.initial': await hashWeights(weights) } });
  if (session.spec.role === 'student') await saveWeights(session, 'initial', weights);
}

async function runStage(session: Session, stage: Stage): Promise<void> {
  const { state, env } = session;
  const teachers = await openTeachers(session, stage);
  const groups = readyUpdates(session, stage, teachers.of);
  const steps = stageSteps(stage, session);
  let saved = env.now();
  try {
    while (state.stepInStage < steps) {
      await oneStep(session, stage, groups);
      if (env.signal.aborted) await interrupt(session);
      if (env.now() - saved >= env.checkpointSeconds * 1000) {
        await checkpoint(session);
        saved = env.now();
      }
      await env.breathe();
    }
    await teachers.verify();
  } finally {
    teachers.dispose();
  }
}

async function oneStep(
  session: Session,
  stage: Stage,
  groups: readonly (readonly ReadyUpdate[])[],
): Promise<void> {
  const { state, env, order } = session;
  const before = env.now();
  const rate = groups[0]?.[0] === undefined ? 0 : learningRate(session, groups[0][0].update);
  const { values, samples } = await trainStep(session, groups, stage.search === true);
  addToSums(state.sums, values, samples);
  state.step++;
  state.stepInStage++;
  state.clock++;
  const epochEnds = state.step % order.stepsPerEpoch === 0;
  const metrics = epochEnds ? await finishEpoch(session, stage, rate) : {};
  await recordState(session, rate, metrics, groups[0]?.[0]?.update);
  state.seconds += (env.now() - before) / 1000;
  env.observer.progress({
    stage: state.stages.length + 1,
    stageEpoch: state.stepInStage / order.stepsPerEpoch,
    stageEpochs: stageSteps(stage, session) / order.stepsPerEpoch,
    epoch: state.step / order.stepsPerEpoch,
    images: state.cost.images,
    metrics,
  });
}

async function finishEpoch(session: Session, stage: Stage, rate: number): Promise<Record<string, number>> {
  const { state, env, order, student } = session;
  const epoch = state.step / order.stepsPerEpoch;
  const measured = await measureHeldOut(session);
  const route = env.route?.manifest.anchors ?? [];
  const anchor = route.find((a) => a.id === anchorsOf(stage)[0]);
  const metrics: Record<string, number> = {
    ...epochMeans(state.sums),
    ...measured,
    'opt/lr': rate,
    ...(anchor === undefined ? {} : { 'route/anchor': anchor.epoch }),
  };
  state.sums = {};
  const time = Math.round(env.now());
  const points = Object.entries(metrics).map(([key, value]) => [key, value, epoch, time] as const);
  env.journal.record({ type: 'metrics', metrics: points });
  const top1 = measured['val/top1'];
  if (session.spec.role === 'student' && top1 !== undefined && top1 > (state.best?.top1 ?? -1)) {
    state.best = { epoch, top1 };
    await saveWeights(session, 'best', (await student.save()).weights);
  }
  return metrics;
}

async function checkpoint(session: Session): Promise<void> {
  const { env, networks, state } = session;
  await timed(env, 'checkpoint', async () => {
    await env.journal.flush();
    state.records = env.journal.position;
    await saveCheckpoint(env.store, networks, state);
  });
}

async function interrupt(session: Session): Promise<never> {
  await checkpoint(session);
  throw new RunError('CAIRN_INTERRUPTED', `stopped at step ${session.state.step}, state saved`, {
    fix: 'the same command goes on from here',
  });
}

async function finish(session: Session): Promise<RunResult> {
  const { state, student, env, order } = session;
  const set = await testSet(session);
  const epochs = state.step / order.stepsPerEpoch;
  const { weights } = await student.save();
  const weightsSha256 = await saveWeights(session, 'last', weights);
  const held = await measureHeldOut(session);
  const last = { ...held, ...(await measureOnTest(session, set, 'last')) };
  const best = await bestOnValidation(session, { epoch: epochs, metrics: last }, set);
  const { stages, cost, reuse, seconds } = state;
  const result: RunResult = { last, best, weightsSha256, stages, epochs, cost, reuse, seconds };
  if (reuse.batches > 0) {
    const cached = `${reuse.cached} of ${reuse.batches} batches`;
    env.journal.record({ type: 'tags', tags: { 'cairn.cached': cached } });
  }
  env.journal.record({ type: 'result', result } as unknown as RunRecord);
  env.journal.record({ type: 'run_end', status: 'FINISHED', endTime: Math.round(env.now()) });
  await env.journal.flush();
  await env.store.remove(CHECKPOINT);
  return result;
}

async function bestOnValidation(
  session: Session,
  last: RunResult['best'],
  set: Awaited<ReturnType<typeof testSet>>,
): Promise<RunResult['best']> {
  const { state, student } = session;
  if (state.best === undefined || state.best.epoch === last.epoch) return last;
  const weights = await readWeights(session, 'best');
  if (weights === undefined) return last;
  student.load({ weights, optimizer: {}, updates: 0 });
  const metrics = { 'val/top1': state.best.top1, ...(await measureOnTest(session, set, 'best')) };
  return { epoch: state.best.epoch, metrics };
}
