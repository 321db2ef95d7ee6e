import type { Curriculum, Training } from '@cairn/core';

/** A teacher's training with the length that its curriculum gives it, which may have one of its own. */
export function lastingTraining(training: Training, curriculum: Curriculum): Training {
  const { epochs } = curriculum.outline({ training, epochsOf: () => ({ epochs: [], exact: false }) });
  return { ...training, epochs: epochs.reduce((a, b) => a + b, 0) };
}
