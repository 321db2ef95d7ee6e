/** A study or a run as figures and a page. The one place that knows which figures there are. */
import {
  accuracyFigure,
  calibrationFigure,
  classesFigure,
  type Comparison,
  compareStudy,
  contrastsFigure,
  costFigure,
  fidelityFigure,
  type FigureOrReason,
  hardnessFigure,
  landscapeFigure,
  looksOf,
  lossFigure,
  type Pair,
  predictionsFigure,
  superclassesFigure,
  weightsFigure,
} from '@cairn/report';
import type { Host } from '../command.ts';
import { loadOutcomes } from '../study/outcomes.ts';
import { measure, type MeasureOptions } from './measure.ts';
import type { ReportSubject } from './subject.ts';
import { traceOf } from './traces.ts';

export interface Report {
  readonly subject: ReportSubject;
  readonly comparison: Comparison;
  /** In the order of the page. */
  readonly figures: readonly FigureOrReason[];
}

export async function makeReport(
  host: Host,
  subject: ReportSubject,
  options: MeasureOptions = {},
): Promise<Report> {
  const { result, runs, kind } = subject;
  const comparison = compareStudy(result, undefined, await loadOutcomes(result));
  const found = await measure(host, subject, options);
  const { answers, names, why } = found;
  const looks = looksOf(result.conditions.map(({ name }) => name));
  const [traces, pairs] = [runs.map(traceOf), pairsOf(comparison)];
  const ofStudy = (...figures: FigureOrReason[]): FigureOrReason[] => (kind === 'study' ? figures : []);
  const figures = [
    ...ofStudy(contrastsFigure(comparison, looks)),
    accuracyFigure(traces, looks),
    hardnessFigure(found.hardness, looks),
    predictionsFigure(found.predictions, looks),
    weightsFigure(found.weights, looks),
    landscapeFigure(found.landscape),
    ...ofStudy(costFigure(result, looks)),
    fidelityFigure(traces, looks),
    lossFigure(traces, looks),
    calibrationFigure(answers, looks, why),
    ...ofStudy(
      classesFigure(answers, pairs, names, looks, why),
      superclassesFigure(answers, pairs, names, looks, why),
    ),
  ];
  return { subject, comparison, figures };
}

/** Pairs whose classes are compared: those that were declared, else with matched controls, else with the baseline. */
function pairsOf({ contrasts }: Comparison): Pair[] {
  const primary = contrasts.filter((c) => c.kind === 'primary');
  const controls = contrasts.filter((c) => c.role === 'control');
  const chosen = primary.length > 0 ? primary : controls.length > 0 ? controls : contrasts;
  const pairs = new Map(
    chosen.map(({ condition, against }) => [`${condition} ${against}`, { condition, against }]),
  );
  return [...pairs.values()].slice(0, 4);
}
