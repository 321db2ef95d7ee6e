/** How much of the variation comes with the teacher's route, how much with the student's seed, and what remains. */
import { mean as meanOf } from '@cairn/core';
import { tInterval, type TInterval } from './paired.ts';

export interface VarianceSplit {
  readonly routes: number;
  readonly seeds: number;
  /** Standard deviations; a variance that is estimated below 0 counts as 0. */
  readonly route: number;
  /** Absent where every seed has one route: it then is in what remains. */
  readonly seed?: number;
  readonly rest: number;
  /**
   * The mean as a statement about other routes too: routes and seeds both random, degrees of freedom by
   * Satterthwaite. Much wider than the interval given these routes where they are few.
   */
  readonly overRoutes: TInterval;
}

/**
 * Two-way random effects without repetition, method of moments (Searle, Casella & McCulloch, Variance
 * Components): y = μ + route + seed + rest.
 * @param table a row for each route, a column for each seed; at least 2 of both, complete
 */
export function splitVariance(table: readonly (readonly number[])[]): VarianceSplit {
  const [routes, seeds] = [table.length, table[0]?.length ?? 0];
  if (routes < 2 || seeds < 2 || table.some((row) => row.length !== seeds)) {
    throw new RangeError(`a table of ${routes} × ${seeds}; complete, at least 2 × 2`);
  }
  const grand = meanOf(table.flat());
  const byRoute = table.map(meanOf);
  const bySeed = Array.from({ length: seeds }, (_, j) => meanOf(table.map((row) => row[j] as number)));
  const squares = (values: readonly number[], centre: (i: number) => number): number =>
    values.reduce((sum, v, i) => sum + (v - centre(i)) ** 2, 0);
  const msRoute = (seeds * squares(byRoute, () => grand)) / (routes - 1);
  const msSeed = (routes * squares(bySeed, () => grand)) / (seeds - 1);
  const rest = table.reduce(
    (sum, row, i) => sum + squares(row, (j) => (byRoute[i] as number) + (bySeed[j] as number) - grand),
    0,
  );
  const msRest = rest / ((routes - 1) * (seeds - 1));
  return {
    routes,
    seeds,
    route: root((msRoute - msRest) / seeds),
    seed: root((msSeed - msRest) / routes),
    rest: root(msRest),
    overRoutes: overRoutes(grand, { msRoute, msSeed, msRest, routes, seeds }),
  };
}

/**
 * One-way random effects, method of moments: every seed learned from one route, y = μ + route + (seed and rest).
 * @param groups a list of values for each route; at least 2 routes, and one with 2 values
 */
export function splitNested(groups: readonly (readonly number[])[]): VarianceSplit {
  const all = groups.flat();
  const [routes, seeds] = [groups.length, all.length];
  if (routes < 2 || seeds <= routes || groups.some((group) => group.length === 0)) {
    throw new RangeError(`${seeds} values of ${routes} routes; at least 2 routes, and one with 2 values`);
  }
  const grand = meanOf(all);
  const means = groups.map(meanOf);
  const between = means.reduce((sum, m, i) => sum + (groups[i]?.length ?? 0) * (m - grand) ** 2, 0);
  const within = groups.reduce(
    (sum, group, i) => sum + group.reduce((s, v) => s + (v - (means[i] as number)) ** 2, 0),
    0,
  );
  const [msRoute, msRest] = [between / (routes - 1), within / (seeds - routes)];
  const size = (seeds - groups.reduce((sum, group) => sum + group.length ** 2, 0) / seeds) / (routes - 1);
  return {
    routes,
    seeds,
    route: root((msRoute - msRest) / size),
    rest: root(msRest),
    // Exact where the routes have as many seeds each.
    overRoutes: tInterval(grand, Math.sqrt(msRoute / seeds), routes - 1),
  };
}

interface Squares {
  readonly msRoute: number;
  readonly msSeed: number;
  readonly msRest: number;
  readonly routes: number;
  readonly seeds: number;
}

/** Var(mean) = (MS route + MS seed − MS rest) / (routes·seeds); never below what one of the two alone gives. */
function overRoutes(mean: number, { msRoute, msSeed, msRest, routes, seeds }: Squares): TInterval {
  const sum = msRoute + msSeed - msRest;
  const largest = Math.max(msRoute, msSeed);
  const [freedomRoute, freedomSeed] = [routes - 1, seeds - 1];
  if (sum <= largest) {
    const freedom = msRoute >= msSeed ? freedomRoute : freedomSeed;
    return tInterval(mean, Math.sqrt(largest / (routes * seeds)), freedom);
  }
  const parts =
    msRoute ** 2 / freedomRoute + msSeed ** 2 / freedomSeed + msRest ** 2 / (freedomRoute * freedomSeed);
  return tInterval(mean, Math.sqrt(sum / (routes * seeds)), sum ** 2 / parts);
}

function root(variance: number): number {
  return Math.sqrt(Math.max(0, variance));
}
