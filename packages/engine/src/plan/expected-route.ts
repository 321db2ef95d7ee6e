import { inSteps, type Anchor, type Manifest, type RouteRecorder, type Training } from '@cairn/core';
import { rateFactor } from '../schedule.ts';

/**
 * The anchors that a recorder will keep of a teacher trained in one go, before it is trained: ids, epochs and
 * learning rates, without metrics and hashes.
 */
export function expectedRoute(
  id: string,
  { epochs, optimizer, schedule }: Training,
  recorder: RouteRecorder,
  stepsPerEpoch: number,
): Manifest {
  const totalSteps = inSteps({ epochs }, { stepsPerEpoch, total: 0 });
  const span = { stepsPerEpoch, total: totalSteps };
  const rateAt = (done: number) =>
    done < 0 || done >= totalSteps ? 0 : optimizer.learningRate * rateFactor(schedule, done, span);
  const anchors: Anchor[] = [];
  for (let step = 0; step <= totalSteps; step++) {
    const learningRate = rateAt(step - 1);
    const event = { step, stepsPerEpoch, totalSteps, learningRate, nextLearningRate: rateAt(step) };
    if (step < totalSteps && !recorder.keep(event)) continue;
    anchors.push({ id: step, epoch: step / stepsPerEpoch, learningRate, metrics: {}, file: '', sha256: '' });
  }
  const [first, ...rest] = anchors;
  if (first === undefined) throw new RangeError(`a teacher of ${epochs} epochs has no steps`);
  return { id, stepsPerEpoch, totalSteps, anchors: [first, ...rest], config: {} };
}
