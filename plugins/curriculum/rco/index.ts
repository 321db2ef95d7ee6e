import { definePlugin, Plugins } from '@cairn/core';
import { MultiStageCurriculum } from './multi-stage.ts';
import { OneStageCurriculum } from './one-stage.ts';
import { rcoOptions } from './options.ts';

/** Route Constrained Optimization: the student follows anchors of the teacher's own route. */
export const rco = definePlugin({
  kind: 'curriculum',
  id: 'rco',
  summary: "anchors of the teacher's route one after the other, easy to hard",
  paper: 'Jin et al., ICCV 2019, arXiv 1904.09149, algorithm 1; restarts, shares and one-stage GS are ours',
  options: rcoOptions,
  inject: [Plugins],
  create: (options, plugins) => {
    const policy = plugins.create(options.anchorPolicy);
    return options.stages === 'multi'
      ? new MultiStageCurriculum(options, policy)
      : new OneStageCurriculum(options, policy);
  },
});

export { MultiStageCurriculum } from './multi-stage.ts';
export { OneStageCurriculum } from './one-stage.ts';
export type { RcoOptions } from './options.ts';
export { epochShares, piecesOf, sharesFor } from './shares.ts';
