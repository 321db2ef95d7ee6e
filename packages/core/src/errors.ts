/**
 * Errors that a person can act on: a stable code, what was wrong with the value received, and the fix.
 * The command line prints `code`, `message` and `fix`; a stack trace is for `--debug`.
 */
export type ErrorFamily = 'usage' | 'data' | 'route' | 'run' | 'plugin' | 'backend';

export interface ErrorDetails {
  /** What is accepted, and the nearest thing that one can paste. One line each. */
  readonly fix?: string | readonly string[];
  readonly cause?: unknown;
}

/** Base of every error that Cairn raises on purpose. `exitCode` is 2 for usage and configuration, else 1. */
export class CairnError extends Error {
  readonly code: `CAIRN_${string}`;
  readonly family: ErrorFamily;
  readonly fix: readonly string[];

  constructor(family: ErrorFamily, code: `CAIRN_${string}`, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.family = family;
    const { fix = [] } = details;
    this.fix = typeof fix === 'string' ? [fix] : fix;
  }

  get exitCode(): 1 | 2 {
    return this.family === 'usage' ? 2 : 1;
  }
}

/** Something the user wrote is wrong: a flag, an option, a study file. */
export class UsageError extends CairnError {
  constructor(code: `CAIRN_${string}`, message: string, details?: ErrorDetails) {
    super('usage', code, message, details);
  }
}

/** A data set is missing, short or altered. */
export class DataError extends CairnError {
  constructor(code: `CAIRN_DATA_${string}`, message: string, details?: ErrorDetails) {
    super('data', code, message, details);
  }
}

/** A route, an anchor or a weight file is missing, damaged or not what it says. */
export class RouteError extends CairnError {
  constructor(
    code: `CAIRN_${'ROUTE' | 'ANCHOR' | 'WEIGHTS'}_${string}`,
    message: string,
    details?: ErrorDetails,
  ) {
    super('route', code, message, details);
  }
}

/** A run cannot go on: diverged loss, damaged checkpoint, another owner. */
export class RunError extends CairnError {
  constructor(code: `CAIRN_${string}`, message: string, details?: ErrorDetails) {
    super('run', code, message, details);
  }
}

/** A plugin is written or wired wrongly. */
export class PluginError extends CairnError {
  constructor(code: `CAIRN_PLUGIN_${string}`, message: string, details?: ErrorDetails) {
    super('plugin', code, message, details);
  }
}

/** The compute backend lacks something or failed. */
export class BackendError extends CairnError {
  constructor(code: `CAIRN_BACKEND_${string}`, message: string, details?: ErrorDetails) {
    super('backend', code, message, details);
  }
}

/** Several mistakes, reported together; of usage if one of them is. */
export class UsageErrors extends UsageError {
  readonly errors: readonly CairnError[];

  constructor(errors: readonly CairnError[]) {
    super(errors[0]?.code ?? 'CAIRN_OPTION_INVALID', errors.map((e) => e.message).join('\n'));
    this.errors = errors;
  }

  override get exitCode(): 1 | 2 {
    return this.errors.some((error) => error.exitCode === 2) ? 2 : 1;
  }
}

/** Throws one error as it is, several together, none not at all. */
export function throwAll(errors: readonly CairnError[]): void {
  const [first] = errors;
  if (first === undefined) return;
  throw errors.length === 1 ? first : new UsageErrors(errors);
}
