import { definePlugin } from '@cairn/core';
import { z } from 'zod';
import { crossEntropyLoss } from './cross-entropy.ts';

export { crossEntropyLoss };

/** Cross-entropy with the labels. Ignores a guide. */
export const crossEntropy = definePlugin({
  kind: 'loss',
  id: 'cross-entropy',
  summary: 'cross-entropy with the labels',
  options: z.strictObject({}),
  create: () => ({
    needs: () => ({ learner: ['logits'], guide: [] }),
    create: () => ({ compute: crossEntropyLoss }),
  }),
});
