/** `--plan`: what would be trained, what is reused and why not, what it costs. */
import type { Anchor, Manifest } from '@cairn/core';
import type { OpenedStudy } from './open-study.ts';
import type { StudyStatus } from './status.ts';
import { counted, percent } from '../format.ts';
import { about, scaled } from '../terminal/format.ts';
import type { Cores } from './cores.ts';
import { dueOf } from './due.ts';
import { cacheLine, teacherShare, type PlannedCache } from './planned-cache.ts';
import { secondsFor } from './speed.ts';

export interface Pace {
  readonly cores: Cores;
  /** Multiply-adds a second of one core here; undefined where none was measured. */
  readonly speed: number | undefined;
  readonly cache: PlannedCache;
}

/** The first lines of any run: what is studied, on what. */
export function headLines(opened: OpenedStudy, status: StudyStatus, pace: Pace): string[] {
  const { text, warnings } = pace.cores;
  const { study, profile, plan, backend, splits } = opened;
  const { classes } = splits.spec;
  const models = `${modelName(study.student.model)} from ${modelName(study.teacher.model)}`;
  return [
    `cairn  ${study.id}/${profile}   ${splits.spec.id}, ${classes} classes   ${models}`,
    `       ${study.title}`,
    `       ${backend.id} (${backend.numerics}), ${text}`,
    `plan   ${counted(plan.routes.length, 'route')}, ${counted(plan.runs.length, 'run')}${todo(opened, status, pace)}`,
    ...opened.notes.map((note) => `       ${note}`),
    ...warnings.map((warning) => `warn   ${warning}`),
  ];
}

export function modelName(model: {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
}): string {
  const { depth } = model.options;
  return typeof depth === 'number' ? `${model.id}${depth}` : model.id;
}

/** A row per route and run. */
export function planLines(
  opened: OpenedStudy,
  status: StudyStatus,
  { cache }: Pick<Pace, 'cache'>,
): string[] {
  const { plan } = opened;
  const lines: string[] = [''];
  for (const route of plan.routes) {
    const state = status.routes.get(route.id);
    lines.push(row(route.id, state?.state, `${scaled(route.multiplyAdds)} multiply-adds`, state?.text));
    for (const anchor of route.expected.anchors) lines.push(anchorLine(anchor, route.expected));
  }
  lines.push('');
  for (const run of plan.runs) {
    const state = status.runs.get(run.id);
    const epochs = run.outline.epochs.reduce((a, b) => a + b, 0);
    const bound = run.outline.exact ? '' : 'at most ';
    const anchors = anchorText(
      run.outline.anchors,
      plan.routes.find((r) => r.routeId === run.routeId)?.expected,
    );
    const cost = `${bound}${counted(Number(epochs.toFixed(2)), 'epoch')}, ${scaled(run.multiplyAdds)} multiply-adds${teacherShare(run, cache)}${anchors}`;
    lines.push(row(run.id, state?.state, cost, state?.text));
  }
  return [...lines, ...totalLines(opened, status), cacheLine(plan, cache)];
}

function row(id: string, state: string | undefined, cost: string, why: string | undefined): string {
  return `${id.padEnd(26)} ${(state ?? '').padEnd(9)} ${cost}${why === undefined ? '' : `   (${why})`}`;
}

function anchorLine(anchor: Anchor, route: Manifest): string {
  const end = anchor === route.anchors.at(-1) ? '   converged' : '';
  const accuracy = anchor.metrics['val/top1'];
  const known = accuracy === undefined ? '' : `   val ${percent(accuracy)}`;
  return `  anchor ${String(anchor.id).padStart(7)}   epoch ${String(Number(anchor.epoch.toFixed(2))).padStart(5)}   lr ${anchor.learningRate.toPrecision(2)}${known}${end}`;
}

function anchorText(anchors: readonly number[] | undefined, route: Manifest | undefined): string {
  if (anchors === undefined || anchors.length === 0) return '';
  const epochs = anchors.map((id) =>
    Number((route?.anchors.find((a) => a.id === id)?.epoch ?? NaN).toFixed(2)),
  );
  return `, anchors ${epochs.join(' ')}`;
}

function todo(opened: OpenedStudy, status: StudyStatus, { cores, speed, cache }: Pace): string {
  const { routes, runs, images } = dueOf(opened, status);
  const { workers: processes, threads, teacherThreads } = cores;
  const work = (task: { readonly id: string; readonly multiplyAdds: number }): number =>
    task.multiplyAdds - (cache.saved.get(task.id) ?? 0);
  const steps = [
    { tasks: routes.map(work), processes, threads: teacherThreads },
    { tasks: runs.map(work), processes, threads },
  ];
  const unknown = speed === undefined || routes.length + runs.length === 0;
  const time = unknown ? '' : `, ${about(secondsFor(steps, speed))}`;
  const reused = opened.plan.runs.length - runs.length;
  const trained = images === 0 ? '' : `, ${counted(images, 'student image')}`;
  return `${trained}${time}${reused === 0 ? '' : `; ${counted(reused, 'run')} reused`}`;
}

function totalLines(opened: OpenedStudy, status: StudyStatus): string[] {
  const { routes, runs, images } = dueOf(opened, status);
  const cost = [...routes, ...runs].reduce((sum, r) => sum + r.multiplyAdds, 0);
  return [
    '',
    `to do  ${counted(routes.length, 'route')}, ${counted(runs.length, 'run')}, ${counted(images, 'student image')}, ${scaled(cost)} multiply-adds`,
  ];
}
