/** What is known of a study's runs: a pure reducer over events, and the estimates that follow from it. */
import type { ProgressEvent, RunKind, StudyEvent } from './events.ts';

export type RunStatus = 'waiting' | 'running' | 'finished' | 'reused' | 'failed' | 'skipped' | 'interrupted';

/** Images done at a moment, in milliseconds. */
interface Sample {
  readonly time: number;
  readonly images: number;
}

export interface RunState {
  readonly run: string;
  readonly kind: RunKind;
  readonly label: string;
  readonly status: RunStatus;
  /** Of the whole run, as far as it is known. */
  readonly imagesTotal: number;
  readonly progress?: ProgressEvent;
  /** Of the last half minute, oldest first. */
  readonly samples: readonly Sample[];
}

export interface ProgressState {
  /** When the first event came. */
  readonly begun?: number;
  /** In the order in which they were queued. */
  readonly runs: ReadonlyMap<string, RunState>;
}

export const nothingYet: ProgressState = { runs: new Map() };

const WINDOW = 30_000;

/** @param now milliseconds */
export function reduce(state: ProgressState, event: StudyEvent, now: number): ProgressState {
  const begun = state.begun ?? now;
  if (event.type === 'say' || event.type === 'note') return { ...state, begun };
  const before = state.runs.get(event.run) ?? unknownRun(event.run);
  return { begun, runs: new Map(state.runs).set(event.run, change(before, event, now)) };
}

type RunEvent = Exclude<StudyEvent, { readonly type: 'say' | 'note' }>;

function change(run: RunState, event: RunEvent, now: number): RunState {
  switch (event.type) {
    case 'queued':
      return { ...run, kind: event.kind, label: event.label, imagesTotal: event.images };
    case 'started':
      return { ...run, status: 'running', samples: [] };
    case 'progress': {
      const recent = run.samples.filter((s) => s.time >= now - WINDOW);
      const samples = [...recent, { time: now, images: event.images }];
      return { ...run, status: 'running', imagesTotal: event.imagesTotal, progress: event, samples };
    }
    case 'reused':
    case 'finished':
    case 'failed':
    case 'skipped':
    case 'interrupted':
      return { ...run, status: event.type, samples: [] };
  }
}

function unknownRun(run: string): RunState {
  return { run, kind: 'run', label: run, status: 'waiting', imagesTotal: 0, samples: [] };
}

/** Runs of a status, in their order. */
export function runsThatAre(state: ProgressState, ...status: readonly RunStatus[]): readonly RunState[] {
  return [...state.runs.values()].filter((run) => status.includes(run.status));
}

/** Share of the run that is done, 0 to 1. */
export function fractionDone(run: RunState): number {
  if (run.progress === undefined || run.imagesTotal <= 0) return 0;
  return Math.min(1, run.progress.images / run.imagesTotal);
}

/** Images a second over the last half minute; what the run itself says until there are 5 seconds to look at. */
export function speedOf(run: RunState): number {
  const [first, last] = [run.samples[0], run.samples.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const seconds = (last.time - first.time) / 1000;
  return seconds >= 5 ? (last.images - first.images) / seconds : (run.progress?.imagesPerSecond ?? 0);
}

/** Seconds until a running run ends; undefined where its speed is not known. */
export function secondsLeft(run: RunState, now: number): number | undefined {
  const [speed, last] = [speedOf(run), run.samples.at(-1)];
  if (speed <= 0 || last === undefined) return undefined;
  return Math.max(0, (run.imagesTotal - last.images) / speed - (now - last.time) / 1000);
}

/**
 * Seconds until the study ends: all images that are left at the present speed of all workers together, but no less
 * than the longest running run needs. Undefined where no speed is known.
 */
export function studySecondsLeft(state: ProgressState, now: number): number | undefined {
  const running = runsThatAre(state, 'running');
  const speed = running.reduce((sum, run) => sum + speedOf(run), 0);
  if (speed <= 0) return undefined;
  const waiting = runsThatAre(state, 'waiting').reduce((sum, run) => sum + run.imagesTotal, 0);
  const open = running.reduce((sum, run) => sum + run.imagesTotal * (1 - fractionDone(run)), 0);
  const longest = Math.max(0, ...running.map((run) => secondsLeft(run, now) ?? 0));
  return Math.max(longest, (waiting + open) / speed);
}
