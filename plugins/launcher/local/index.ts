import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { LocalLauncher } from './local.ts';

export { LocalLauncher, type LocalOptions } from './local.ts';

/** Worker processes on this machine, some at a time. */
export const local = definePlugin({
  kind: 'launcher',
  id: 'local',
  summary: 'worker processes on this machine',
  paper: 'ours',
  options: z.strictObject({
    /** Seconds that a task has for saving its state before it is killed. @default 10 */
    grace: z.number().positive().default(10),
  }),
  create: (options) => new LocalLauncher(options),
});
