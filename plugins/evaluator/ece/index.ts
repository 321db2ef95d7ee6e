import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { expectedCalibrationError } from './ece.ts';

export { expectedCalibrationError };

/** How far stated confidence is from accuracy: `ece`, 0 to 1. */
export const ece = definePlugin({
  kind: 'evaluator',
  id: 'ece',
  summary: 'calibration error over bins of equal mass',
  paper: 'Guo et al., arXiv 1706.04599, section 2; bins of equal mass',
  options: z.strictObject({
    /** @default 15 */
    bins: z.number().int().min(1).default(15),
  }),
  create: ({ bins }) => ({
    evaluate: (context) => [['ece', expectedCalibrationError(context, bins)]],
  }),
});
