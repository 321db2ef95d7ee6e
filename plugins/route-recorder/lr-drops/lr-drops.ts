import type { RouteEvent } from '@cairn/core';

/**
 * Whether the next update's learning rate is at most `factor` times this one's: the last state of a plateau.
 * @param factor above 0, below 1
 */
export function isBeforeDrop({ learningRate, nextLearningRate }: RouteEvent, factor: number): boolean {
  return learningRate > 0 && nextLearningRate <= factor * learningRate;
}
