export { BatchMaker, disposeBatch, EpochOrder } from './data/batches.ts';
export { carve, rowsToTrainOn, stratified, type Carved } from './data/split.ts';
export { evaluate, needReference, type EvaluationSet } from './loop/evaluate.ts';
export { CHECKPOINT } from './loop/checkpoint.ts';
export { lossGradients, type LossGradients } from './loop/gradients.ts';
export { trainRun } from './loop/run.ts';
export type * from './loop/types.ts';
export { sharedLessons } from './plan/lessons.ts';
export { plannedReuse, type PlannedReuse } from './plan/reuse.ts';
export { expectedRoute } from './plan/expected-route.ts';
export type { PlannedGuide } from './plan/guide.ts';
export type { GivenRoute } from './plan/given-route.ts';
export {
  planStudy,
  routeConfig,
  type Plan,
  type PlanGround,
  type PlannedRoute,
  type PlannedRun,
} from './plan/plan.ts';
export { resolveStudy, type ResolvedStudy } from './plan/resolve.ts';
export { classesOf, readOutcomes, type TestOutcomes, writeOutcomes } from './outcomes.ts';
export { filterDirection, lossLandscape, moved, type LandscapeOptions } from './landscape.ts';
export { predictLogits } from './predict.ts';
export { rateFactor } from './schedule.ts';
