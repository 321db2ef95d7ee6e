import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { RunError } from '@cairn/core';
import { z } from 'zod';
import { systemCode } from './file-error.ts';
import { bootId, processLives, processPlace, processStart } from './process-info.ts';

const ownerSchema = z.object({
  id: z.uuid(),
  pid: z.number().int().positive(),
  /** Clock ticks from the machine's start to the process's. */
  start: z.string().optional(),
  boot: z.string().optional(),
  host: z.string(),
  /** Machine and process namespace: only there can the pid be judged. */
  place: z.string(),
  command: z.string(),
  /** ISO time. */
  since: z.string(),
});

/** Who holds a lock. */
export type LockOwner = z.output<typeof ownerSchema>;

export function thisProcess(command: string): LockOwner {
  return {
    id: randomUUID(),
    pid: process.pid,
    start: processStart(process.pid),
    boot: bootId(),
    host: hostname(),
    place: processPlace(),
    command,
    since: new Date().toISOString(),
  };
}

/** Whether an owner lives; `elsewhere` where this process cannot know. */
export function judgeOwner(owner: LockOwner): 'lives' | 'dead' | 'elsewhere' {
  if (owner.place !== processPlace()) return 'elsewhere';
  if (owner.boot !== bootId() || !processLives(owner.pid)) return 'dead';
  const start = processStart(owner.pid);
  return start === undefined || owner.start === undefined || start === owner.start ? 'lives' : 'dead';
}

/** Undefined where there is no such file. @throws CAIRN_STUDY_LOCKED for a file that says nothing */
export async function readOwner(file: string): Promise<LockOwner | undefined> {
  // Without hard links a lock is created empty and then written: give the writer a moment.
  for (let attempt = 0; attempt < 20; attempt++) {
    const owner = readOwnerNow(file);
    if (owner !== 'damaged') return owner;
    await setTimeout(50);
  }
  throw new RunError('CAIRN_STUDY_LOCKED', `${file} exists and does not say who holds it`, {
    fix: `if no cairn runs there, remove the file: rm ${file}`,
  });
}

export function readOwnerNow(file: string): LockOwner | 'damaged' | undefined {
  try {
    const parsed = ownerSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : 'damaged';
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return 'damaged';
    throw error;
  }
}
