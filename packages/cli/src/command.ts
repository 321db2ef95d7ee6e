import type { Backend, Overrides, Registry, StudyFile } from '@cairn/core';
import type { CommandSpec, FlagSpecs, FlagValues } from './args/flags.ts';
import type { OutsidePackage } from './outside/package-files.ts';

/** A stream that may be a terminal. */
export type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** The studies that a program knows, loaded by name. */
export interface Studies {
  readonly names: readonly string[];
  /** Only called with one of `names`. */
  load(name: string): Promise<StudyFile>;
}

/** What a command may use of the world. */
export interface Host {
  readonly studies: Studies;
  /** Built at the first call. */
  registry(): Promise<Registry>;
  /** What `--plugin` brought; loaded with the registry. */
  outside(): Promise<readonly OutsidePackage[]>;
  /** By id; loaded when called. */
  readonly backends: Readonly<Record<string, () => Promise<Backend>>>;
  /** Standard output, where the answer goes. */
  readonly out: OutputStream;
  /** Standard error, where progress goes when the answer is JSON. */
  readonly err: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The workspace. */
  readonly root: string;
  /** `CAIRN_HOME`, else `.cairn` in the workspace. */
  readonly home: string;
  /** A path as the user typed it, resolved from where the command was typed. */
  typedPath(path: string): string;
  /** This command line as it was typed, quoted for a shell. */
  readonly typed: string;
  /** Program and first arguments that start this command line again, for worker processes. */
  readonly self: readonly [string, ...string[]];
  /** `--plugin=…` as this command got them, for worker processes. */
  readonly pluginFlags: readonly string[];
  /** Aborts at the first SIGINT or SIGTERM, and in a worker when its parent is gone. */
  readonly signal: AbortSignal;
  /** Whether `--debug` was given. */
  readonly debug: boolean;
}

/** A command line, understood. */
export interface Call<F extends FlagSpecs = FlagSpecs> {
  readonly arguments: readonly string[];
  readonly flags: FlagValues<F>;
  /** Options by their path, in the order given. */
  readonly overrides: Overrides;
}

/** The exit codes of `cairn`: done, failed, bad usage or configuration, interrupted with its state saved. */
export type ExitCode = 0 | 1 | 2 | 130;

export interface Command<F extends FlagSpecs = FlagSpecs> {
  readonly spec: CommandSpec<F>;
  /** @throws CairnError, which the dispatcher shows */
  execute(call: Call<F>, host: Host): Promise<ExitCode>;
}
