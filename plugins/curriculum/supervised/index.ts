import { definePlugin, pluginRef } from '@cairn/core';
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
    /** Length in epochs. @default the training's own */
    epochs: z.number().positive().optional(),
  }),
  create: (options) => new SupervisedCurriculum(options),
});

export { SupervisedCurriculum, type SupervisedOptions } from './supervised.ts';
