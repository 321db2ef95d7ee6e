/** How fast this machine trains: multiply-adds a second of one core, measured over finished runs, for each numerics. */
import type { Store } from '@cairn/core';
import { z } from 'zod';

const FILE = 'speed.json';
/** What counts of the past, so that a machine that has changed is soon known again. */
const MEMORY_SECONDS = 3600;

const measured = z.object({ multiplyAdds: z.number().positive(), seconds: z.number().positive() });
const schema = z.object({ version: z.literal(1), numerics: z.record(z.string(), measured) });

/** Work and the time that one core took for it (of several: all of theirs), the process's start included. */
export type Measured = z.output<typeof measured>;

/** Undefined where nothing of these numerics was measured. */
export async function readSpeed(home: Store, numerics: string): Promise<number | undefined> {
  const known = (await read(home))[numerics];
  return known === undefined ? undefined : known.multiplyAdds / known.seconds;
}

/** Adds runs that ended. */
export async function addSpeed(home: Store, numerics: string, runs: readonly Measured[]): Promise<void> {
  if (runs.length === 0) return;
  const known = await read(home);
  const before = known[numerics] ?? { multiplyAdds: 0, seconds: 0 };
  const kept = Math.min(1, MEMORY_SECONDS / Math.max(1, before.seconds));
  const sum = (of: (run: Measured) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const now: Measured = {
    multiplyAdds: kept * before.multiplyAdds + sum((run) => run.multiplyAdds),
    seconds: kept * before.seconds + sum((run) => run.seconds),
  };
  const file = { version: 1, numerics: { ...known, [numerics]: now } };
  await home.write(FILE, new TextEncoder().encode(`${JSON.stringify(file, undefined, 1)}\n`));
}

/** A file that says nothing is a machine that was not measured: it is written anew. */
async function read(home: Store): Promise<Readonly<Record<string, Measured>>> {
  const bytes = await home.read(FILE);
  try {
    const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array())));
    return parsed.success ? parsed.data.numerics : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Tasks beside each other. */
export interface WorkStep {
  /** Multiply-adds of each. */
  readonly tasks: readonly number[];
  readonly processes: number;
  /** Of each process. */
  readonly threads: number;
}

/**
 * Seconds until work in steps is done.
 * @param steps each begins when the one before is done
 * @param speed of one core, multiply-adds a second
 */
export function secondsFor(steps: readonly WorkStep[], speed: number): number {
  const each = steps.map(({ tasks, processes, threads }) => {
    const total = tasks.reduce((a, b) => a + b, 0);
    return Math.max(total / processes, ...tasks, 0) / (speed * threads);
  });
  return each.reduce((a, b) => a + b, 0);
}
