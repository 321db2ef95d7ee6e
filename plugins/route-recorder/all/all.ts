import type { RouteEvent } from '@cairn/core';

/** Whether a step ends an epoch; the initial state ends epoch 0. */
export function isEpochEnd({ step, stepsPerEpoch }: RouteEvent): boolean {
  return step % stepsPerEpoch === 0;
}
