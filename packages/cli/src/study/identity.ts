import type { JsonObject, Splits } from '@cairn/core';
import type { PlannedRoute } from '@cairn/engine';
import { routeConfig } from '@cairn/engine';
import type { RouteDescription } from '@cairn/route';
import type { Provenance } from './provenance.ts';
import { version } from '../version.ts';

/** What a route is, as its manifest says it. */
export function describeRoute(
  route: PlannedRoute,
  splits: Pick<Splits, 'digest'>,
  numerics: string,
  provenance?: Provenance,
): RouteDescription {
  const { stepsPerEpoch, totalSteps } = route.expected;
  return {
    id: route.routeId,
    stepsPerEpoch,
    totalSteps,
    config: routeConfig(route.spec) as unknown as JsonObject,
    dataset: splits.digest,
    seed: route.seed,
    code: version,
    numerics,
    ...(provenance === undefined ? {} : { provenance: provenance as unknown as JsonObject }),
  };
}
