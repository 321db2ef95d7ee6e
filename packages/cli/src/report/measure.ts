/** What figures are drawn from that takes networks: asked of stored weights, or a sentence that says why not. */
import { CairnError } from '@cairn/core';
import type {
  ClassNames,
  HardnessMap,
  Landscape,
  PredictionPlane,
  TestAnswers,
  WeightPlane,
} from '@cairn/report';
import type { Host } from '../command.ts';
import { placesIn } from '../study/places.ts';
import type { RunFile } from '../study/run-file.ts';
import { hardnessMap } from './hardness.ts';
import { Laboratory } from './laboratory.ts';
import { landscapes } from './landscapes.ts';
import { Opinions } from './opinions.ts';
import { predictionPlane, weightPlane } from './planes.ts';
import { anchorStates } from './states.ts';
import type { ReportSubject } from './subject.ts';
import { testAnswers } from './test-answers.ts';

export interface MeasureOptions {
  /** Whether stored networks may be asked, which takes data and a backend. @default true */
  readonly networks?: boolean;
  /** Some hundred evaluations of each state. @default false */
  readonly landscape?: boolean;
  /** Told of what takes time. */
  readonly say?: (text: string) => void;
}

export interface Measured {
  readonly hardness: HardnessMap | string;
  readonly predictions: PredictionPlane | string;
  readonly weights: WeightPlane | string;
  readonly landscape: readonly Landscape[] | string;
  readonly answers: readonly TestAnswers[];
  readonly names: ClassNames | undefined;
  /** Why answers, or confidences in them, are missing. */
  readonly why: string;
}

const NO_FILE = 'no run has the file run.json, which says its model and data.';
const NOT_ASKED = 'no network was to be run: "cairn report" without --stored works it out.';
const NOT_HELD = 'nothing is held out for validation: it needs validation.fraction above 0.';
const TAKES_LONG = 'it takes some hundred evaluations of a network: "cairn report --landscape" works it out.';

export async function measure(
  host: Host,
  subject: ReportSubject,
  options: MeasureOptions = {},
): Promise<Measured> {
  const file = subject.runs.find((run) => run.file !== undefined)?.file;
  if (file === undefined) return without(subject, NO_FILE, undefined);
  const lab = options.networks === false ? NOT_ASKED : await orReason(() => Laboratory.open(host, file));
  if (typeof lab === 'string') return without(subject, lab, await namesOf(host, file));
  try {
    return await ask(host, subject, lab, options);
  } finally {
    lab.dispose();
  }
}

/** What is wrong with data, a backend or a file is no reason to go without the rest. */
async function orReason<T>(what: () => Promise<T | string>): Promise<T | string> {
  try {
    return await what();
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    const fix = error.fix.length === 0 ? '' : ` (${error.fix.join('; ')})`;
    return `${error.code} ${error.message}${fix}.`;
  }
}

/** With what journals and predictions say. */
async function without(
  subject: ReportSubject,
  why: string,
  names: ClassNames | undefined,
): Promise<Measured> {
  const none = { hardness: why, predictions: why, weights: why, landscape: why };
  return { ...none, answers: await testAnswers(subject), names, why };
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
  { say = () => undefined, landscape = false }: MeasureOptions,
): Promise<Measured> {
  const runs = subject.runs.filter((run) => run.file?.digest === lab.splits.digest);
  const anchors = anchorStates(placesIn(host.home).routes, runs);
  const opinions = new Opinions(lab);
  const held = lab.heldOut.rows.length;
  say(`${runs.length} runs, ${held} held-out samples`);
  const onHeldOut = async <T>(what: () => Promise<T | string>): Promise<T | string> =>
    held === 0 ? NOT_HELD : orReason(what);
  return {
    hardness: await onHeldOut(() => hardnessMap(runs, anchors, opinions)),
    predictions: await onHeldOut(() => predictionPlane(runs, anchors, opinions)),
    weights: await orReason(() => weightPlane(runs, lab)),
    landscape: await onHeldOut(async () =>
      landscape ? landscapes(subject, lab, { anchors, say, signal: host.signal }) : TAKES_LONG,
    ),
    ...(await answersOr(subject, lab, say)),
    names: lab.splits.spec,
  };
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
