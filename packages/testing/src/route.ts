import type { Anchor, Manifest, RouteEvent, RouteRecorder } from '@cairn/core';

/** Options of a small route. */
export interface RouteOptions {
  /** Epoch of each anchor, ascending; 0 is the initial state. The last is the converged teacher. */
  readonly epochs: readonly number[];
  /** @default 10 */
  readonly stepsPerEpoch?: number;
}

/** A manifest without weights behind it: what policies look at. */
export function routeOf({ epochs, stepsPerEpoch = 10 }: RouteOptions): Manifest {
  const [first, ...rest] = epochs.map((epoch): Anchor => {
    const id = Math.round(epoch * stepsPerEpoch);
    return { id, epoch, learningRate: id === 0 ? 0 : 0.1, metrics: {}, file: `step-${id}`, sha256: `${id}` };
  });
  if (first === undefined) throw new RangeError('epochs: got none; a route has at least one anchor');
  const last = rest.at(-1) ?? first;
  return { id: 'route', stepsPerEpoch, totalSteps: last.id, anchors: [first, ...rest], config: {} };
}

/** A route of n anchors, one an epoch. */
export function routeOfLength(n: number): Manifest {
  return routeOf({ epochs: Array.from({ length: n }, (_, i) => i + 1) });
}

/** A whole training as a recorder sees it. */
export interface EventsOptions {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** Rate of the update that leads to a step, 1…totalSteps. @default constant 0.1 */
  readonly learningRate?: (step: number) => number;
}

/** The events of a training in order, the initial state and the end included. */
export function eventsOf({
  stepsPerEpoch,
  totalSteps,
  learningRate = () => 0.1,
}: EventsOptions): readonly RouteEvent[] {
  return Array.from({ length: totalSteps + 1 }, (_, step) => ({
    step,
    stepsPerEpoch,
    totalSteps,
    learningRate: step === 0 ? 0 : learningRate(step),
    nextLearningRate: step === totalSteps ? 0 : learningRate(step + 1),
  }));
}

/** The steps that a recorder keeps. */
export function keptSteps(recorder: RouteRecorder, events: readonly RouteEvent[]): readonly number[] {
  return events.filter((event) => recorder.keep(event)).map(({ step }) => step);
}
