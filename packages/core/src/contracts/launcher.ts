/** One process of a study: a command that can be repeated and then goes on where it stopped. */
export interface RunTask {
  readonly id: string;
  /** Program and arguments. */
  readonly command: readonly [string, ...string[]];
  /** Ids of the tasks that must end well first. */
  readonly after: readonly string[];
}

/** How a task ended. Exit code 130 means: interrupted with its state saved. */
export interface TaskEnd {
  readonly id: string;
  readonly exitCode: number;
  /** True where a task before it failed and it was never started. */
  readonly skipped: boolean;
}

export interface LaunchContext {
  /** Processes at a time. */
  readonly workers: number;
  /** Each line that a task writes to standard output or error. */
  line(task: string, stream: 'out' | 'err', text: string): void;
  started(task: string): void;
  ended(end: TaskEnd): void;
  /** Asks every running task to save its state and stop. */
  readonly signal: AbortSignal;
}

/** Runs a graph of tasks somewhere: worker processes here, a cluster elsewhere. */
export interface Launcher {
  run(tasks: readonly RunTask[], context: LaunchContext): Promise<readonly TaskEnd[]>;
}
