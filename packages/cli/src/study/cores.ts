/** How the cores are shared out between the processes of a study. It never changes results. */
import { counted } from '../format.ts';

export interface Cores {
  /** Processes at a time. */
  readonly workers: number;
  /** Of each run's process. */
  readonly threads: number;
  /** Of each teacher's process. */
  readonly teacherThreads: number;
  /** For the plan's head: `2 processes x 1 thread (…)`. */
  readonly text: string;
  /** What was asked for and is not to be had. */
  readonly warnings: readonly string[];
}

interface Demand {
  readonly cores: number;
  /** Teachers and runs that are due. */
  readonly routes: number;
  readonly runs: number;
  /** Whether every due run waits for a teacher that is due. */
  readonly waiting: boolean;
  /** As given on the command line. */
  readonly workers?: number | undefined;
  readonly threads?: number | undefined;
}

/**
 * Side by side as many runs as there are cores, a core each: runs that do not wait for each other lose nothing. Where
 * there are fewer, each has several cores; so has a teacher for which all wait.
 */
export function shareCores(demand: Demand): Cores {
  const { cores, routes, runs, waiting } = demand;
  const wanted = demand.threads;
  const capped = wanted === undefined ? undefined : Math.min(wanted, cores);
  const tasks = Math.max(1, runs > 0 ? runs : routes);
  const workers = demand.workers ?? Math.max(1, Math.min(Math.floor(cores / (capped ?? 1)), tasks));
  const each = (processes: number): number => capped ?? Math.max(1, Math.floor(cores / processes));
  const threads = each(Math.min(workers, tasks));
  const teachers = Math.min(workers, Math.max(1, routes));
  const teacherThreads = runs === 0 || waiting ? each(teachers) : threads;
  const processes = `${workers} ${workers === 1 ? 'process' : 'processes'} x ${counted(threads, 'thread')}`;
  const text = `${processes} (${reason(demand, { workers, threads, teacherThreads })})`;
  return { workers, threads, teacherThreads, text, warnings: warningsOf(cores, wanted) };
}

function reason(
  { cores, routes, runs, workers, threads }: Demand,
  chosen: Pick<Cores, 'workers' | 'threads' | 'teacherThreads'>,
): string {
  const teachers =
    routes > 0 && chosen.teacherThreads !== chosen.threads
      ? `; ${routes === 1 ? 'the teacher' : 'each teacher'} before them has ${chosen.teacherThreads}`
      : '';
  const on = counted(cores, 'core');
  if (workers !== undefined || threads !== undefined) return `as asked, on ${on}${teachers}`;
  if (runs === 0) return on;
  if (runs >= cores) return `${on}: runs side by side, one each${teachers}`;
  return `${on}, ${counted(runs, 'run')}: several cores each${teachers}`;
}

function warningsOf(cores: number, threads: number | undefined): string[] {
  if (threads === undefined || threads <= cores) return [];
  return [`--threads=${threads}: this machine has ${counted(cores, 'core')}, so ${cores}`];
}
