/** What the lines of several commands have in common. */
import type { FlagSpec } from './flags.ts';

export const json = {
  type: 'output',
  value: 'FILE',
  summary: 'write JSON to FILE, to standard output without one',
} as const satisfies FlagSpec;

export const study = {
  name: 'study',
  summary: 'a folder of experiments/ with an experiment.ts',
  choices: 'studies',
} as const;
