/** How many seeds a study would need: from the spread that its contrasts had. */
import { cautiousSd, seedsFor } from '../statistics/power.ts';
import type { Comparison } from './compare.ts';
import type { Contrast } from './contrast.ts';
import { metricInfo } from './metric.ts';

export interface SeedPlan {
  readonly condition: string;
  readonly against: string;
  readonly metric: string;
  /** The true difference that should be shown, in the metric's units. */
  readonly difference: number;
  /** Of a paired difference, and what these few seeds cannot rule out (its 80 % upper limit). */
  readonly sd: number;
  readonly cautiousSd: number;
  /** Undefined above 10,000. */
  readonly seeds?: number;
  readonly cautiousSeeds?: number;
}

/** Without a wish: the margin where one is declared, else half a point, else 5 % of what the other condition has [ours]. */
const HALF_A_POINT = 0.005;
const PART = 0.05;

/**
 * For each contrast that has a spread.
 * @param points what should be shown: points where metrics are shares, else the metrics' own units
 */
export function planSeeds({ contrasts, metrics }: Comparison, points?: number): SeedPlan[] {
  const shares = metrics.some((info) => info.unit === 'points');
  return contrasts.flatMap((contrast) => {
    const { sd, n } = contrast.difference;
    if (sd === undefined) return [];
    const difference = wish(contrast, points, shares);
    const cautious = cautiousSd(sd, n);
    const [seeds, cautiousSeeds] = [seedsFor(difference, sd), seedsFor(difference, cautious)];
    const { condition, against, metric } = contrast;
    return [
      {
        ...{ condition, against, metric, difference, sd, cautiousSd: cautious },
        ...(seeds === undefined ? {} : { seeds }),
        ...(cautiousSeeds === undefined ? {} : { cautiousSeeds }),
      },
    ];
  });
}

function wish(contrast: Contrast, points: number | undefined, shares: boolean): number {
  const isShare = metricInfo(contrast.metric).unit === 'points';
  if (points !== undefined && isShare) return points / 100;
  if (points !== undefined && !shares) return points;
  if (contrast.margin !== undefined) return contrast.margin;
  return isShare ? HALF_A_POINT : Math.max(Math.abs(contrast.meanAgainst) * PART, Number.MIN_VALUE);
}
