/** One batch: for every group of updates, all gradients, then all updates. */
import * as tf from '@tensorflow/tfjs-core';
import { RunError, type Batch, type Outputs, type Stage, type Teacher, type Update } from '@cairn/core';
import { inSteps } from '@cairn/core';
import { disposeBatch } from '../data/batches.ts';
import { viewOf } from '../data/views.ts';
import { rateFactor } from '../schedule.ts';
import { CHECKPOINT } from './checkpoint.ts';
import { lossGradients } from './gradients.ts';
import { learnerOf, readyLoss, type ReadyLoss } from './learner.ts';
import { accuracy } from './meter.ts';
import type { Session } from './session.ts';
import { timed } from './timed.ts';

/** An update with what it needs made ready for its stage. */
export interface ReadyUpdate {
  readonly update: Update;
  readonly loss: ReadyLoss;
  readonly teacher?: Teacher;
}

export function readyUpdates(
  session: Session,
  stage: Stage,
  teacherOf: (update: Update) => Teacher | undefined,
): readonly (readonly ReadyUpdate[])[] {
  const { env, random, task, datasetSize, networks } = session;
  const maker = { plugins: env.plugins, random, classes: task.classes, datasetSize };
  return stage.updates.map((group) =>
    group.map((update) => {
      const teacher = teacherOf(update);
      const loss = readyLoss(update.loss, maker, learnerOf(networks, update.learner).info, teacher?.info);
      return { update, loss, ...(teacher === undefined ? {} : { teacher }) };
    }),
  );
}

/** Learning rate of an update at the stage's present place. */
export function learningRate({ state, order, spec }: Session, { optimizer, schedule, span }: Update): number {
  const { stepsPerEpoch } = order;
  const clock = { stepsPerEpoch, total: Math.round(spec.training.epochs * stepsPerEpoch) };
  const total = inSteps(span, clock);
  return optimizer.learningRate * rateFactor(schedule, state.clock, { stepsPerEpoch, total });
}

/**
 * Trains on the next batch. Returns what the meters add up: loss, its parts, accuracy of the batch.
 * @param search whether its cost is that of a search
 */
export async function trainStep(
  session: Session,
  groups: readonly (readonly ReadyUpdate[])[],
  search = false,
): Promise<{ readonly values: Record<string, number>; readonly samples: number }> {
  const { state, order, batches, random, spec, env } = session;
  const lived = state.step - state.born;
  const epoch = Math.floor(lived / order.stepsPerEpoch) + 1;
  const rows = order.rowsAt(epoch, lived % order.stepsPerEpoch);
  const batch = await timed(env, 'data', () => batches.make(rows, viewOf(spec, random, epoch)));
  try {
    const values: Record<string, number> = {};
    for (const group of groups) {
      for (const ready of group) Object.assign(values, await gradientsOf(session, ready, batch, search));
      for (const { update } of group) {
        const learner = learnerOf(session.networks, update.learner);
        await timed(env, 'update', () => learner.update(update.optimizer, learningRate(session, update)));
      }
    }
    return { values, samples: batch.size };
  } finally {
    disposeBatch(batch);
  }
}

async function gradientsOf(
  session: Session,
  { update, loss, teacher }: ReadyUpdate,
  batch: Batch,
  search: boolean,
): Promise<Record<string, number>> {
  const { env } = session;
  const network = learnerOf(session.networks, update.learner);
  const guide: Outputs =
    teacher === undefined
      ? {}
      : await timed(env, 'teacher', () => teacher.supervise(batch, loss.needs.guide));
  const wanted = [...new Set(['logits', ...loss.needs.learner])];
  const learner = await timed(env, 'forward', () => network.forward(batch.inputs, wanted));
  try {
    const input = { learner, guide, labels: batch.labels, indices: batch.indices };
    const { values, gradients } = await timed(env, 'loss', () =>
      lossGradients(loss.instance, loss.needs, input),
    );
    refuseDivergence(session, update, values);
    await timed(env, 'backward', () => network.backward(gradients));
    tf.dispose(gradients);
    chargeStep(session, update, batch.size, search);
    return { ...values, top1: await batchAccuracy(learner, batch) };
  } finally {
    tf.dispose([learner, guide]);
  }
}

async function batchAccuracy(learner: Outputs, batch: Batch): Promise<number> {
  const logits = (await learner['logits']?.data()) as Float32Array;
  return accuracy(logits, (await batch.labels.data()) as Int32Array);
}

function chargeStep({ state, forwardCost }: Session, update: Update, samples: number, search: boolean): void {
  const student = 3 * samples * forwardCost.student;
  const teacher = (update.guide?.anchors.length ?? 0) * samples * forwardCost.teacher;
  const { cost } = state;
  const images = cost.images + samples;
  state.cost = search
    ? { ...cost, images, search: cost.search + student + teacher }
    : { ...cost, images, student: cost.student + student, teacher: cost.teacher + teacher };
}

function refuseDivergence(session: Session, update: Update, values: Readonly<Record<string, number>>): void {
  if (Object.values(values).every(Number.isFinite)) return;
  const { state, order, env, spec } = session;
  const parts = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  const rate = learningRate(session, update);
  const epoch = (state.step / order.stepsPerEpoch).toFixed(2);
  throw new RunError(
    'CAIRN_LOSS_DIVERGED',
    `the loss is not finite at step ${state.step + 1} (epoch ${epoch}): ${parts.join(', ')}; learning rate ${rate.toPrecision(3)}`,
    {
      fix: [
        `a smaller ${spec.role}.training.optimizer.learning-rate, a warm-up, or a smaller loss weight`,
        state.records === 0
          ? 'no checkpoint yet'
          : `last good checkpoint: ${env.store.location}/${CHECKPOINT}`,
      ],
    },
  );
}
