/** A few steps of a run, timed part by part and kernel by kernel. Nothing of it is kept. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RunError, type Span } from '@cairn/core';
import {
  trainRun,
  type PlannedRun,
  type RunEnvironment,
  type RunProgress,
  type RunRoute,
} from '@cairn/engine';
import { OutputCache } from '@cairn/route';
import { Journal } from '@cairn/tracking';
import { NodeStore } from '../files/index.ts';
import { JOURNAL } from '../study/header.ts';
import type { OpenedStudy } from '../study/open-study.ts';
import type { PartSpan, Recording, StepSpan } from './summary.ts';

/** Steps: first some for the compilers, then without and with a look at the kernels. */
export const lengths = { warmUp: 5, plain: 12, recorded: 12 } as const;

export interface Profile {
  /** Steps of which only the parts were timed. */
  readonly plain: Recording;
  /** Steps of which every kernel was recorded, which takes time itself. */
  readonly recorded: Recording;
  /** Milliseconds of writing one. */
  readonly checkpoint: number;
}

/**
 * @param folder where the run may write; the caller removes it
 * @throws CAIRN_PROFILE_SHORT for a run of fewer steps
 */
export async function recordSteps(
  opened: OpenedStudy,
  run: PlannedRun,
  routes: { readonly route: RunRoute; readonly foreign?: RunRoute },
  folder: string,
): Promise<Profile> {
  const { registry, compute, plan, splits, backend } = opened;
  const store = new NodeStore(folder);
  const clock = new StepClock(() => compute.profile?.());
  const environment: RunEnvironment = {
    plugins: registry,
    backend: compute,
    numerics: plan.numerics,
    splits,
    store,
    journal: await Journal.open(store, JOURNAL),
    header: [],
    cache: new OutputCache({ store: store.at('cache'), limit: 0 }),
    ...routes,
    stagesOf: () => [],
    observer: { progress: (progress) => clock.step(progress), note: () => undefined },
    signal: clock.signal,
    now: () => Date.now(),
    checkpointSeconds: Infinity,
    breathe: () => nextTurn(),
    timed: (part, start, end) => void clock.parts.push({ part, start, end }),
  };
  try {
    await trainRun(barelyHeldOut(run.spec, splits.train.labels), environment);
  } catch (error) {
    if (!(error instanceof RunError) || error.code !== 'CAIRN_INTERRUPTED') throw error;
    return clock.profile(backend.threads);
  } finally {
    clock.stop();
  }
  const wanted = lengths.warmUp + lengths.plain + lengths.recorded;
  throw new RunError('CAIRN_PROFILE_SHORT', `${run.id} ends before ${wanted} steps`, {
    fix: 'more epochs or a smaller batch: --student.training.epochs=9 --batch=16',
  });
}

/** One sample of each class is held out: a policy that looks at them gets its answers, and they take no time. */
function barelyHeldOut(spec: PlannedRun['spec'], labels: Int32Array): PlannedRun['spec'] {
  if (spec.validation.fraction === 0) return spec;
  const classes = new Set(labels).size;
  const fraction = Math.min(spec.validation.fraction, classes / labels.length);
  return { ...spec, validation: { ...spec.validation, fraction } };
}

/** Counts steps, begins and ends the recording, and asks the run to stop. */
class StepClock {
  readonly parts: PartSpan[] = [];
  readonly #steps: (StepSpan & { readonly regular: boolean })[] = [];
  readonly #controller = new AbortController();
  readonly #begin: () => (() => readonly Span[]) | undefined;
  #stopRecording: (() => readonly Span[]) | undefined;
  #kernels: readonly Span[] = [];
  #last: { readonly end: number; readonly stage: number } = { end: performance.now(), stage: 0 };

  constructor(begin: () => (() => readonly Span[]) | undefined) {
    this.#begin = begin;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  step({ stage, metrics }: RunProgress): void {
    const end = performance.now();
    // An epoch's end measures, a stage's beginning loads its teacher: both are rare.
    const regular = Object.keys(metrics).length === 0 && stage === this.#last.stage;
    this.#steps.push({ start: this.#last.end, end, regular });
    const done = this.#steps.length;
    if (done === lengths.warmUp + lengths.plain) this.#stopRecording = this.#begin();
    if (done === lengths.warmUp + lengths.plain + lengths.recorded) {
      this.stop();
      this.#controller.abort();
    }
    // Beginning a recording is no part of a step.
    this.#last = { end: performance.now(), stage };
  }

  stop(): void {
    this.#kernels = this.#stopRecording?.() ?? this.#kernels;
    this.#stopRecording = undefined;
  }

  profile(threads: number): Profile {
    const recording = (from: number, count: number): Recording => {
      const all = this.#steps.slice(from, from + count);
      const regular = all.filter((step) => step.regular);
      const steps = regular.length === 0 ? all : regular;
      const inside = ({ start }: { readonly start: number }): boolean =>
        steps.some((step) => step.start <= start && start < step.end);
      return {
        threads,
        steps: steps.map(({ start, end }) => ({ start, end })),
        parts: this.parts.filter(inside),
        kernels: this.#kernels.filter(inside),
      };
    };
    const saved = this.parts.filter(({ part }) => part === 'checkpoint').at(-1);
    return {
      plain: recording(lengths.warmUp, lengths.plain),
      recorded: recording(lengths.warmUp + lengths.plain, lengths.recorded),
      checkpoint: saved === undefined ? 0 : saved.end - saved.start,
    };
  }
}
