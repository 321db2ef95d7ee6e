import type { RouteEvent } from '@cairn/core';

/**
 * Whether a step is a multiple of an interval of epochs, to the nearest step.
 * @param every epochs, above 0; a fraction keeps states within epochs
 */
export function isEveryEpochs({ step, stepsPerEpoch }: RouteEvent, every: number): boolean {
  const interval = every * stepsPerEpoch;
  const multiple = Math.round(step / interval);
  return multiple > 0 && step === Math.round(multiple * interval);
}
