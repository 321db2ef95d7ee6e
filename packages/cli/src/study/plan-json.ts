import type { JsonObject } from '@cairn/core';
import type { OpenedStudy } from './open-study.ts';
import type { PlannedCache } from './planned-cache.ts';
import type { StudyStatus } from './status.ts';

/** The plan for scripts: `cairn run <study> --plan --json`. */
export function planJson(
  { study, profile, plan, duplicates }: OpenedStudy,
  status: StudyStatus,
  cache: PlannedCache,
): JsonObject {
  return {
    version: 1,
    study: study.id,
    profile,
    primary: study.primary,
    numerics: plan.numerics,
    duplicates: { both: duplicates.both, train: duplicates.train, test: duplicates.test },
    routes: plan.routes.map(({ id, seed, routeId, expected, multiplyAdds }) => ({
      id,
      seed,
      route: routeId,
      state: status.routes.get(id)?.state,
      reason: status.routes.get(id)?.text,
      anchors: expected.anchors.map(({ id: step, epoch, learningRate }) => ({ step, epoch, learningRate })),
      multiplyAdds,
    })),
    cache: { limit: cache.limit, bytes: cache.bytes },
    runs: plan.runs.map(({ id, condition, seed, teacherSeed, outline, images, multiplyAdds, guide }) => ({
      id,
      condition,
      seed,
      teacherSeed,
      state: status.runs.get(id)?.state,
      reason: status.runs.get(id)?.text,
      epochs: outline.epochs,
      exact: outline.exact,
      anchors: outline.anchors,
      images,
      multiplyAdds,
      teacherMultiplyAdds: guide?.multiplyAdds ?? 0,
      cachedMultiplyAdds: cache.saved.get(id) ?? 0,
    })),
  };
}
