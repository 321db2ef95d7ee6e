import type { Manifest, PluginData } from '@cairn/core';
import type { RunSpec } from '../loop/types.ts';
import type { PlannedRoute } from './plan.ts';

/** A route that stands in for a teacher's training. */
export interface GivenRoute {
  /** With the anchors that students see. */
  readonly manifest: Manifest;
  /** The recorder whose anchors those are. */
  readonly recorder: PluginData<'route-recorder'>;
}

/** A route of the plan for which nothing is trained. */
export function plannedGiven({ manifest, recorder }: GivenRoute, spec: RunSpec): PlannedRoute {
  return {
    id: `teacher-t${spec.seed}`,
    seed: spec.seed,
    routeId: manifest.id,
    spec,
    recorder,
    expected: manifest,
    multiplyAdds: 0,
    given: true,
  };
}
