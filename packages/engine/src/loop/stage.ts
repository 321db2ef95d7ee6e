/** The beginning and the end of a stage: who is asked, what goes over, what is logged. */
import {
  canonicalJson,
  formatTime,
  inSteps,
  RunError,
  type AnchorId,
  type Guide,
  type JsonObject,
  type Manifest,
  type NetState,
  type Network,
  type Stage,
  type StageRecord,
} from '@cairn/core';
import { hashWeights } from '@cairn/nn';
import { hardnessText } from './hardness-text.ts';
import { measureHeldOut } from './held-out.ts';
import { saveWeights } from './weights.ts';
import type { Session } from './session.ts';

/** Asks the curriculum; undefined when it is done. */
export async function nextStage(session: Session): Promise<Stage | undefined> {
  const { curriculum, spec, state, env, probe } = session;
  const answer = await curriculum.next({
    training: spec.training,
    stages: state.stages,
    stagesOf: env.stagesOf,
    ...(probe === undefined ? {} : { anchors: probe.view(state.stages) }),
  });
  return answer === 'done' ? undefined : answer;
}

/** Anchors that supervise a stage, in the order of its updates, each once. */
export function anchorsOf(stage: Stage): readonly AnchorId[] {
  return [...new Set(stage.updates.flat().flatMap((u) => u.guide?.anchors ?? []))];
}

export function stageSteps(stage: Stage, { order, spec }: Session): number {
  const { stepsPerEpoch } = order;
  return inSteps(stage.length, { stepsPerEpoch, total: Math.round(spec.training.epochs * stepsPerEpoch) });
}

/**
 * Applies what the stage carries over, and logs the anchor that it moves to.
 * @throws CAIRN_STAGE_EMPTY
 */
export async function beginStage(session: Session, stage: Stage): Promise<void> {
  if (stageSteps(stage, session) < 1) {
    const length = `${formatTime(stage.length)} at ${session.order.stepsPerEpoch} steps an epoch`;
    throw new RunError('CAIRN_STAGE_EMPTY', `stage "${stage.name}" is shorter than a step: ${length}`, {
      fix: 'more epochs, fewer stages or a smaller batch',
    });
  }
  const { state, student, initial, env } = session;
  const { weights, buffers, optimizer, schedule } = stage.carry;
  if (state.stages.length > 0) {
    await resetArrays(student, initial, { weights: weights === 'reset', buffers: buffers === 'reset' });
    if (optimizer === 'reset') student.resetOptimizer();
    if (weights === 'reset' && buffers === 'reset') {
      state.born = state.step;
      state.best = undefined;
    }
  }
  if (schedule === 'restart') state.clock = 0;
  state.stage = stage;
  state.stepInStage = 0;
  if (env.route !== undefined) logSwitch(session, stage, guidingRoute(session, stage) ?? env.route.manifest);
}

async function resetArrays(
  network: Network,
  initial: NetState,
  reset: { readonly weights: boolean; readonly buffers: boolean },
): Promise<void> {
  if (!reset.weights && !reset.buffers) return;
  const now = await network.save();
  const buffers = new Set(network.graph.buffers.map((b) => b.name));
  const weights = Object.fromEntries(
    Object.entries(now.weights).map(([name, tensor]) => {
      const takeInitial = buffers.has(name) ? reset.buffers : reset.weights;
      return [name, takeInitial ? (initial.weights[name] ?? tensor) : tensor];
    }),
  );
  network.load({ ...now, weights });
}

/** The route whose anchors guide a stage: the own one unless its guide says otherwise. */
function guidingRoute({ env }: Session, stage: Stage): Manifest | undefined {
  return stage.updates.flat()[0]?.guide?.route === 'foreign' ? env.foreign?.manifest : undefined;
}

function logSwitch(session: Session, stage: Stage, route: Manifest): void {
  const { state, env, order } = session;
  const anchors = anchorsOf(stage);
  if (anchors.length === 0) return;
  const before = state.stages.at(-1)?.anchors ?? [];
  if (canonicalJson(before) === canonicalJson(anchors) && stage.decision === undefined) return;
  const epochOf = (id: AnchorId) => route.anchors.find((a) => a.id === id)?.epoch ?? NaN;
  const reason = stage.decision?.reason ?? 'the converged teacher';
  env.journal.record({
    type: 'anchor',
    anchors: anchors.map((step) => ({ step, hash: route.anchors.find((a) => a.id === step)?.sha256 ?? '' })),
    epoch: state.step / order.stepsPerEpoch,
    reason,
    numbers: stage.decision?.numbers ?? {},
  });
  if (stage.decision === undefined) return;
  const names = (ids: readonly AnchorId[]) => ids.map((id) => formatEpoch(epochOf(id))).join('+');
  const from = before.length === 0 ? '' : `${names(before)} → `;
  const last = formatEpoch(route.anchors.at(-1)?.epoch ?? NaN);
  const hardness = hardnessText(stage.decision, before, anchors);
  env.observer.note(`anchor ${from}${names(anchors)} of ${last}: ${reason}${hardness}`);
}

function formatEpoch(epoch: number): string {
  return Number.isInteger(epoch) ? String(epoch) : epoch.toFixed(2);
}

/** Records a finished stage with the hash of the weights that it ended on. */
export async function finishStage(session: Session, stage: Stage): Promise<void> {
  const { state, student, order, env, spec } = session;
  const saved = await student.save();
  const metrics = spec.role === 'student' ? await measureHeldOut(session) : {};
  const { soften, route }: Partial<Guide> = stage.updates.flat()[0]?.guide ?? {};
  const record: StageRecord = {
    name: stage.name,
    steps: state.stepInStage,
    epochs: state.stepInStage / order.stepsPerEpoch,
    anchors: anchorsOf(stage),
    moved: stage.decision === undefined || !('stay' in stage.decision),
    sha256: await hashWeights(saved.weights),
    ...(soften === undefined ? {} : { soften }),
    ...(route === undefined ? {} : { route }),
    ...(Object.keys(metrics).length === 0 ? {} : { metrics }),
  };
  state.stages.push(record);
  recordCongruence(session, metrics);
  if (spec.role === 'student') await saveWeights(session, `stage-${state.stages.length}`, saved.weights);
  env.journal.record({ type: 'stage', stage: record as unknown as JsonObject });
  state.stage = undefined;
}

/** Series of a stage's ends; its record has every metric. A run's charts stay few. */
const CONGRUENCE = ['top1', 'kl', 'agree1'] as const;

/** What the student has become by a stage, on the held-out samples: `stage/top1`, `stage/kl`, `stage/agree1`. */
function recordCongruence({ env, state, order }: Session, metrics: Readonly<Record<string, number>>): void {
  const [epoch, time] = [state.step / order.stepsPerEpoch, Math.round(env.now())];
  const points = CONGRUENCE.flatMap((name) => {
    const value = metrics[`val/${name}`];
    return value === undefined ? [] : [[`stage/${name}`, value, epoch, time] as const];
  });
  if (points.length > 0) env.journal.record({ type: 'metrics', metrics: points });
}
