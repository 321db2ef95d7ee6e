import { definePlugin, likeCondition, pluginRef } from '@cairn/core';
import { z } from 'zod';
import { SupervisedCurriculum } from './supervised.ts';

/** Training on labels alone: teachers, and students from scratch. */
export const supervised = definePlugin({
  kind: 'curriculum',
  id: 'supervised',
  summary: 'one stage on labels, without a teacher',
  paper: 'ours',
  options: z.strictObject({
    loss: pluginRef('loss'),
    /** Length in epochs, or `{ as }`: that of a condition's run. @default the training's own */
    epochs: z.union([z.number().positive(), likeCondition]).optional(),
  }),
  create: (options) => new SupervisedCurriculum(options),
});

export { SupervisedCurriculum, type SupervisedOptions } from './supervised.ts';
