/** `--profile-step`: where the time of a student's step goes. Trains nothing, stores nothing but the trace. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { RunError, type JsonObject } from '@cairn/core';
import type { PlannedRun } from '@cairn/engine';
import type { Host } from '../command.ts';
import { percent } from '../format.ts';
import { modelName } from '../study/show-plan.ts';
import type { OpenedStudy } from '../study/open-study.ts';
import { chromeTrace } from './chrome-trace.ts';
import { lengths, recordSteps } from './record.ts';
import { profileLines } from './show.ts';
import { standInRoute } from './stand-in.ts';
import { engineShare, summarise, type StepSummary } from './summary.ts';

export interface StepProfile {
  readonly run: string;
  readonly threads: number;
  readonly batch: number;
  /** Milliseconds of a step while no kernel is recorded. */
  readonly unrecorded: number;
  readonly summary: StepSummary;
  /** Share of a step that is data, loop and checkpoints. */
  readonly engine: number;
  /** Absolute path. */
  readonly trace: string;
}

/**
 * @param every seconds between two checkpoints
 * @param file of the trace, as typed; beside the command without one
 * @throws CAIRN_PROFILE_RUN, CAIRN_PROFILE_SHORT
 */
export async function profileStep(
  host: Host,
  opened: OpenedStudy,
  { every, file }: { readonly every: number; readonly file: string | undefined },
): Promise<StepProfile> {
  const run = runToProfile(opened);
  const folder = await mkdtemp(join(tmpdir(), 'cairn-profile-'));
  try {
    const { plain, recorded, checkpoint } = await recordSteps(
      opened,
      run,
      await routesOf(opened, run),
      folder,
    );
    const trace = host.typedPath(file ?? `${opened.study.id}-step.json`);
    await mkdir(dirname(trace), { recursive: true });
    await writeFile(trace, JSON.stringify(chromeTrace(recorded)));
    const unrecorded = summarise(plain);
    return {
      run: run.id,
      threads: opened.backend.threads,
      batch: run.spec.batch,
      unrecorded: unrecorded.ms,
      summary: summarise(recorded),
      engine: engineShare(unrecorded, checkpoint, every),
      trace,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The baseline's first run, else the first that has a teacher; one that has to wait for no other. */
function runToProfile({ plan, study }: OpenedStudy): PlannedRun {
  const free = plan.runs.filter((run) => Object.keys(run.copies).length === 0);
  const found =
    free.find((run) => run.condition === study.baseline) ??
    free.find((run) => run.guide !== undefined) ??
    free[0];
  if (found !== undefined) return found;
  throw new RunError('CAIRN_PROFILE_RUN', 'every run of this selection copies the lengths of another', {
    fix: `--only=${study.baseline}`,
  });
}

async function routesOf({ plan, registry, splits }: OpenedStudy, run: PlannedRun) {
  const standIn = async (id: string | undefined) => {
    const planned = plan.routes.find((route) => route.routeId === id);
    return planned === undefined ? undefined : standInRoute(planned, registry, splits);
  };
  const [route, foreign] = [await standIn(run.routeId), await standIn(run.foreignRouteId)];
  if (route === undefined) throw new RunError('CAIRN_PLAN_DAMAGED', `${run.id}: no route in the plan`);
  return { route, ...(foreign === undefined ? {} : { foreign }) };
}

/** What is profiled, the table, and the two shares that matter. */
export function shown(opened: OpenedStudy, profile: StepProfile, width: number): string[] {
  const { summary, unrecorded, threads, batch, run, engine, trace } = profile;
  const { study, backend, compute } = opened;
  const what = `${modelName(study.student.model)} from ${modelName(study.teacher.model)}, ${batch} images`;
  const slower = Math.max(0, summary.ms / unrecorded - 1);
  const kernels = compute.profile === undefined ? [`       ${backend.id} cannot tell its kernels`] : [];
  return [
    `step   ${run}: ${what}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${backend.id} (${backend.numerics})`,
    `       mean of ${summary.steps} steps after ${lengths.warmUp + lengths.plain}; ${unrecorded.toFixed(1)} ms where no kernel is recorded (recording adds ${percent(slower, 0)})`,
    ...kernels,
    '',
    ...profileLines(summary, width),
    '',
    `outside convolutions ${percent(summary.outsideConvolutions)} of a step`,
    `engine (data, loop, checkpoints) ${percent(engine)} of a step`,
    `trace  ${trace} (ui.perfetto.dev or chrome://tracing)`,
  ];
}

export function profileJson({ summary, ...rest }: StepProfile): JsonObject {
  return { version: 1, ...rest, ...(summary as unknown as JsonObject) };
}
