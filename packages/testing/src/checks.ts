/** A contract suite as a list: vitest runs it as tests, and a test of the suite itself sees which checks fail. */
import { describe, test } from 'vitest';

/** One thing that holds for every plugin of a kind. */
export interface Check {
  /** What the plugin does, as a sentence without its subject. */
  readonly name: string;
  /** On what it is tried, where it is tried on several. */
  readonly on?: string;
  /** Throws where it does not hold. */
  readonly run: () => void | Promise<void>;
}

export interface CheckOptions {
  /** The most that one may take. @default vitest's own */
  readonly seconds?: number;
}

/** A test for each check, below the name of the plugin. */
export function testChecks(subject: string, checks: readonly Check[], { seconds }: CheckOptions = {}): void {
  describe(subject, seconds === undefined ? {} : { timeout: 1000 * seconds }, () => {
    for (const { name, on, run } of checks) test(on === undefined ? name : `${name} (${on})`, run);
  });
}

/** The names of the checks that do not hold, each once: none for a plugin that keeps its contract. */
export async function brokenChecks(checks: readonly Check[]): Promise<readonly string[]> {
  const broken = new Set<string>();
  for (const { name, run } of checks) {
    try {
      await run();
    } catch {
      broken.add(name);
    }
  }
  return [...broken];
}

/** Plain data that throws when it is written: what a plugin is handed is not its own. */
export function frozen<T>(data: T): T {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return data;
  for (const value of Object.values(data)) frozen(value);
  return Object.freeze(data);
}
