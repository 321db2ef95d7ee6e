/** A study or a run as figures and a page. The one place that knows which figures there are. */
import { CairnError } from '@cairn/core';
import {
  accuracyFigure,
  calibrationFigure,
  classesFigure,
  type ClassNames,
  type Comparison,
  compareStudy,
  contrastsFigure,
  costFigure,
  fidelityFigure,
  type FigureOrReason,
  hardnessFigure,
  type HardnessMap,
  type Landscape,
  landscapeFigure,
  looksOf,
  lossFigure,
  type Pair,
  type Plane,
  predictionsFigure,
  superclassesFigure,
  type TestAnswers,
  weightsFigure,
} from '@cairn/report';
import type { Host } from '../command.ts';
import { loadOutcomes } from '../study/outcomes.ts';
import { placesIn } from '../study/places.ts';
import type { RunFile } from '../study/run-file.ts';
import { anchorStates, hardnessMap, Opinions, predictionPlane, weightPlane } from './geometry.ts';
import { Laboratory, studentStates } from './laboratory.ts';
import { landscapeOf } from './landscapes.ts';
import { type ReportSubject, reportSubject } from './subject.ts';
import { testAnswers } from './test-answers.ts';
import { traceOf } from './traces.ts';

export interface ReportOptions {
  /** Whether stored networks may be asked, which takes data and a backend. @default true */
  readonly networks?: boolean;
  /** Some hundred evaluations of each state. @default false */
  readonly landscape?: boolean;
  /** Told of what takes time. */
  readonly say?: (text: string) => void;
}

export interface Report {
  readonly subject: ReportSubject;
  readonly comparison: Comparison;
  /** In the order of the page. */
  readonly figures: readonly FigureOrReason[];
}

/** What figures are drawn from that needs networks, or why there is none. */
interface Measured {
  readonly hardness: HardnessMap | string;
  readonly predictions: Plane | string;
  readonly weights: (Plane & { readonly seed: number }) | string;
  readonly landscape: readonly Landscape[] | string;
  readonly answers: readonly TestAnswers[];
  readonly names: ClassNames | undefined;
  readonly why: string;
}

/**
 * @param wanted `study`, `study/profile` or `study/profile/run`
 * @throws as `cairn compare` of the same
 */
export async function makeReport(host: Host, wanted: string, options: ReportOptions = {}): Promise<Report> {
  const subject = await reportSubject(host, wanted);
  const { result, runs, kind } = subject;
  const comparison = compareStudy(result, undefined, await loadOutcomes(result));
  const looks = looksOf(result.conditions.map(({ name }) => name));
  const traces = runs.map(traceOf);
  const found = await measure(host, subject, options);
  const pairs = pairsOf(comparison);
  const { answers, names, why } = found;
  return {
    subject,
    comparison,
    figures: [
      ...(kind === 'study' ? [contrastsFigure(comparison, looks)] : []),
      accuracyFigure(traces, looks),
      hardnessFigure(found.hardness, looks),
      predictionsFigure(found.predictions, looks),
      weightsFigure(found.weights, looks),
      landscapeFigure(found.landscape),
      ...(kind === 'study' ? [costFigure(result, looks)] : []),
      fidelityFigure(traces, looks),
      lossFigure(traces, looks),
      calibrationFigure(answers, looks, why),
      ...(kind === 'study'
        ? [
            classesFigure(answers, pairs, names, looks, why),
            superclassesFigure(answers, pairs, names, looks, why),
          ]
        : []),
    ],
  };
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

const NOT_ASKED = 'no network was to be run: "cairn report" without --stored works it out.';

async function measure(host: Host, subject: ReportSubject, options: ReportOptions): Promise<Measured> {
  const { networks = true } = options;
  const file = subject.runs.find((run) => run.file !== undefined)?.file;
  if (file === undefined)
    return without(subject, 'no run has the file run.json, which says its model and data.');
  const lab = networks ? await labOrReason(host, file) : NOT_ASKED;
  if (typeof lab === 'string') return { ...(await without(subject, lab)), names: await namesOf(host, file) };
  try {
    return await ask(host, subject, lab, options);
  } finally {
    lab.dispose();
  }
}

/** Without data or backend there is a report all the same, with what journals say. */
async function labOrReason(host: Host, file: RunFile): Promise<Laboratory | string> {
  try {
    return await Laboratory.open(host, file);
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    return `${error.message}${error.fix.length === 0 ? '.' : ` (${error.fix.join('; ')}).`}`;
  }
}

async function without(subject: ReportSubject, why: string): Promise<Measured> {
  const none = { hardness: why, predictions: why, weights: why, landscape: why, names: undefined };
  return { ...none, answers: await testAnswers(subject), why };
}

/** Undefined for a data set whose plugin is not here. */
async function namesOf(host: Host, { dataset }: RunFile): Promise<ClassNames | undefined> {
  try {
    return (await host.registry()).create(dataset).spec;
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    return undefined;
  }
}

async function ask(
  host: Host,
  subject: ReportSubject,
  lab: Laboratory,
  options: ReportOptions,
): Promise<Measured> {
  const { say = () => undefined, landscape = false } = options;
  const runs = subject.runs.filter((run) => run.file?.digest === lab.splits.digest);
  const { classNames, superclasses } = lab.splits.spec;
  const anchors = anchorStates(placesIn(host.home).routes, runs);
  const opinions = new Opinions(lab);
  const held = lab.heldOut.rows.length;
  const none = 'nothing is held out for validation: it needs validation.fraction above 0.';
  say(`${runs.length} runs, ${held} held-out samples`);
  const attempt = <T>(what: () => Promise<T | string>): Promise<T | string> => orReason(what);
  return {
    hardness: await attempt(async () => (held === 0 ? none : hardnessMap(runs, anchors, opinions))),
    predictions: await attempt(async () => (held === 0 ? none : predictionPlane(runs, anchors, opinions))),
    weights: await attempt(() => weightPlane(runs, lab)),
    landscape: await attempt(async () => {
      if (held === 0) return none;
      return landscape
        ? landscapes(host, subject, lab, say)
        : 'it takes some hundred evaluations of a network: "cairn report --landscape" works it out.';
    }),
    ...(await answersOr(subject, lab, say)),
    names: { classNames, superclasses },
  };
}

/** What is wrong with a file is no reason to go without the rest. */
async function orReason<T>(what: () => Promise<T | string>): Promise<T | string> {
  try {
    return await what();
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    return `${error.code} ${error.message}.`;
  }
}

/** With how sure students were; where their weights cannot be read, what they said, and why there is no more. */
async function answersOr(
  subject: ReportSubject,
  lab: Laboratory,
  say: (text: string) => void,
): Promise<Pick<Measured, 'answers' | 'why'>> {
  say(`${subject.runs.length} students on ${lab.test.rows.length} test images`);
  const found = await orReason(() => testAnswers(subject, lab));
  if (typeof found === 'string') return { answers: await testAnswers(subject), why: found };
  return { answers: found, why: 'no run has its last weights.' };
}

/** Around the converged teacher, and around the last state of the first declared condition's first run. */
async function landscapes(
  host: Host,
  { result, runs }: ReportSubject,
  lab: Laboratory,
  say: (text: string) => void,
): Promise<Landscape[] | string> {
  const wanted = result.primary?.[0]?.condition ?? result.conditions.at(-1)?.name;
  const run = runs.find((r) => r.condition === wanted) ?? runs[0];
  if (run === undefined) return 'no run is there.';
  const found: Landscape[] = [];
  const { signal } = host;
  const teacher = [...anchorStates(placesIn(host.home).routes, [run]).values()][0]?.at(-1);
  if (teacher !== undefined) {
    const name = `teacher, epoch ${Number(teacher.epoch.toFixed(1))}`;
    say(`landscape of the ${name}`);
    found.push(await landscapeOf(lab, { name, state: teacher, signal }));
  }
  const last = studentStates(run).find(({ role }) => role === 'last');
  if (last !== undefined) {
    const name = `${run.condition}, seed ${run.seed}`;
    say(`landscape of ${name}`);
    found.push(await landscapeOf(lab, { name, state: last, signal }));
  }
  return found;
}
