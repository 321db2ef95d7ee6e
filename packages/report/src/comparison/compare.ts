/** From a study's runs to what may be said of them: every contrast in every endpoint. Pure. */
import type { ConditionResult, StudyResult } from '../result.ts';
import { holm } from '../statistics/holm.ts';
import { FEWEST_SEEDS } from '../statistics/sign-flip.ts';
import { contrastOf, type Contrast, type ContrastSpec } from './contrast.ts';
import { drawImages, type OutcomesOf } from './images.ts';
import { ENDPOINTS, metricInfo, type MetricInfo } from './metric.ts';
import { verdictOf, type Verdict } from './verdict.ts';

export interface JudgedContrast extends Contrast {
  readonly verdict: Verdict;
}

/** What `cairn compare` prints and `--json` writes. */
export interface Comparison {
  readonly version: 1;
  readonly study: string;
  readonly profile: string;
  readonly question: string;
  readonly numerics: string;
  readonly baseline: string;
  readonly seeds: readonly number[];
  readonly teacherSeeds: readonly number[];
  /** In the order shown; those that some run has. */
  readonly metrics: readonly MetricInfo[];
  /** By metric, primary ones first. */
  readonly contrasts: readonly JudgedContrast[];
  /** Contrasts for which no seed is there. */
  readonly missing: readonly ContrastSpec[];
  /** Folders of runs that do not say which test images they got right; absent where nobody asked them. */
  readonly withoutImages?: readonly string[];
}

/**
 * @param metrics default: accuracy and congruence, besides those of primary contrasts
 * @param outcomesOf what runs say of each test image; without it there are no intervals over images
 */
export function compareStudy(
  result: StudyResult,
  metrics?: readonly string[],
  outcomesOf?: OutcomesOf,
): Comparison {
  const declared = (result.primary ?? []).map((contrast) => contrast.metric);
  const wanted = metrics ?? [...new Set([...ENDPOINTS, ...declared])];
  const measured = wanted.filter((metric) =>
    result.conditions.some(({ runs }) => runs.some((run) => run.last.metrics[metric] !== undefined)),
  );
  const lost = (result.primary ?? []).filter(
    ({ metric }) => (metrics === undefined || metrics.includes(metric)) && !measured.includes(metric),
  );
  const byName = new Map(result.conditions.map((condition) => [condition.name, condition]));
  const drawn = outcomesOf && drawImages(result, measured, outcomesOf);
  const contrasts: JudgedContrast[] = [];
  const missing = lost.flatMap(({ metric }) =>
    contrastsIn(result, metric).filter((c) => c.kind === 'primary'),
  );
  for (const metric of measured) {
    const found: Contrast[] = [];
    for (const spec of contrastsIn(result, metric)) {
      const [condition, against] = [byName.get(spec.condition), byName.get(spec.against)];
      const contrast =
        condition === undefined || against === undefined
          ? undefined
          : contrastOf(spec, condition, against, drawn);
      if (contrast === undefined) missing.push(spec);
      else found.push(contrast);
    }
    contrasts.push(...adjusted(found).map((c) => ({ ...c, verdict: verdictOf(c) })));
  }
  const { study, profile, question, numerics, baseline, seeds, teacherSeeds } = result;
  return {
    ...{ version: 1, study, profile, question, numerics, baseline, seeds, teacherSeeds },
    metrics: measured.map(metricInfo),
    contrasts,
    missing,
    ...(drawn === undefined ? {} : { withoutImages: drawn.silent }),
  };
}

/** Those declared for the metric, then every condition against its control, then against the baseline; each pair once. */
export function contrastsIn(result: StudyResult, metric: string): ContrastSpec[] {
  const specs: ContrastSpec[] = [];
  const add = (spec: ContrastSpec): void => {
    const same = (s: ContrastSpec): boolean => s.condition === spec.condition && s.against === spec.against;
    if (!specs.some(same)) specs.push(spec);
  };
  for (const primary of result.primary ?? []) {
    if (primary.metric !== metric) continue;
    const control = result.conditions.find((c) => c.name === primary.condition)?.control;
    add({ ...primary, kind: 'primary', role: roleOf(primary.against, control, result.baseline) });
  }
  const exploratory = (c: ConditionResult, against: string): void =>
    add({
      condition: c.name,
      against,
      metric,
      kind: 'exploratory',
      role: roleOf(against, c.control, result.baseline),
    });
  for (const c of result.conditions) if (c.control !== undefined) exploratory(c, c.control);
  for (const c of result.conditions) if (c.name !== result.baseline) exploratory(c, result.baseline);
  return specs;
}

function roleOf(against: string, control: string | undefined, baseline: string): ContrastSpec['role'] {
  if (against === control) return 'control';
  return against === baseline ? 'baseline' : 'named';
}

/**
 * With Holm's p for the exploratory contrasts of one metric. The family does not depend on what is shown, so nobody can
 * make it small by asking for less.
 */
function adjusted(contrasts: readonly Contrast[]): Contrast[] {
  const family = contrasts.filter(
    (c) => c.kind === 'exploratory' && c.n >= FEWEST_SEEDS && c.t !== undefined,
  );
  const ps = holm(family.map((c) => c.t?.p ?? 1));
  return contrasts.map((contrast) => {
    const p = ps[family.indexOf(contrast)];
    return p === undefined ? contrast : { ...contrast, holm: p };
  });
}
