/** Which of a backend's ways is the fastest on this machine: measured by `doctor --tune`, kept in `.cairn/tuned.json`. */
import { cpus } from 'node:os';
import type { Backend, Store } from '@cairn/core';
import { z } from 'zod';

const FILE = 'tuned.json';

const schema = z.object({
  version: z.literal(1),
  /** Elsewhere, or with another compiler, it says nothing. */
  cpu: z.string(),
  v8: z.string(),
  /** By backend: milliseconds of a training step by way. */
  measured: z.record(z.string(), z.record(z.string(), z.number().positive())),
});

export type Paces = z.output<typeof schema>['measured'];

export async function writeTuned(home: Store, measured: Paces): Promise<void> {
  const file = { version: 1, ...machine(), measured };
  await home.write(FILE, new TextEncoder().encode(`${JSON.stringify(file, undefined, 1)}\n`));
}

/** The fastest way of a backend; undefined where this machine was not measured. */
export async function tunedWay(home: Store, backend: string): Promise<string | undefined> {
  const bytes = await home.read(FILE);
  if (bytes === undefined) return undefined;
  const { cpu, v8 } = machine();
  try {
    const parsed = schema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    if (!parsed.success || parsed.data.cpu !== cpu || parsed.data.v8 !== v8) return undefined;
    return fastest(parsed.data.measured[backend] ?? {});
  } catch (error) {
    // As good as not measured: results are the same.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a measurement would tell something that is not known here. */
export async function isUntuned(home: Store, { id, ways = [] }: Backend): Promise<boolean> {
  return ways.length > 1 && (await tunedWay(home, id)) === undefined;
}

export function fastest(paces: Readonly<Record<string, number>>): string | undefined {
  return Object.entries(paces).sort(([, a], [, b]) => a - b)[0]?.[0];
}

function machine(): { readonly cpu: string; readonly v8: string } {
  return { cpu: cpus()[0]?.model ?? 'unknown', v8: process.versions.v8 };
}
