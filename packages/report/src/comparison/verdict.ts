/** What a contrast shows, by rules that are fixed before anything is looked at. */
import { FEWEST_SEEDS } from '../statistics/sign-flip.ts';
import type { Contrast } from './contrast.ts';
import { digitsOf, metricInfo, shown } from './metric.ts';

export type Finding =
  /** One seed: nothing is known of the spread. */
  | 'one-seed'
  /** Under 6 seeds an interval stands on the assumption of normality alone. */
  | 'too-few-seeds'
  /** The interval excludes 0; for exploratory contrasts after Holm. */
  | 'higher'
  | 'lower'
  /** No difference shown, and one beyond the margin is excluded. */
  | 'equivalent'
  | 'not-shown';

export interface Verdict {
  readonly finding: Finding;
  /** For people. */
  readonly text: string;
}

export function verdictOf(contrast: Contrast): Verdict {
  const finding = findingOf(contrast);
  return { finding, text: textOf(contrast, finding) };
}

function findingOf({ n, t, kind, holm, equivalence }: Contrast): Finding {
  if (t === undefined) return 'one-seed';
  if (n < FEWEST_SEEDS) return 'too-few-seeds';
  const p = kind === 'primary' ? t.p : (holm ?? 1);
  if (p <= 0.05) return t.mean > 0 ? 'higher' : 'lower';
  return equivalence?.equivalent === true ? 'equivalent' : 'not-shown';
}

function textOf(contrast: Contrast, finding: Finding): string {
  const info = metricInfo(contrast.metric);
  const unit = info.unit === '' ? '' : ` ${info.unit}`;
  const amount = (value: number): string => `${shown(value, info).toFixed(digitsOf(info))}${unit}`;
  const { equivalence, signFlip, detectable, t, kind } = contrast;
  switch (finding) {
    case 'one-seed':
      return 'one seed: no interval';
    case 'too-few-seeds':
      return 'too few seeds to conclude';
    case 'higher':
    case 'lower': {
      const word = info.better === undefined ? finding : finding === info.better ? 'better' : 'worse';
      const over = contrast.variance?.overRoutes;
      const here = over !== undefined && over.low <= 0 && over.high >= 0 ? ' with these teachers' : '';
      const small = equivalence?.equivalent === true ? ', by less than the margin' : '';
      const doubt = (signFlip?.p ?? 1) > 0.05 ? '; the sign-flip test does not confirm it' : '';
      return `${word}${here}${small}${doubt}`;
    }
    case 'equivalent':
      return `equivalent within ${amount(equivalence?.margin ?? NaN)}`;
    case 'not-shown': {
      if (kind === 'exploratory' && t !== undefined && t.p <= 0.05) return 'a hint; not shown after Holm';
      return `not shown; ${amount(detectable?.now ?? NaN)} would be seen`;
    }
  }
}
