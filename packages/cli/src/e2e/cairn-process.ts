/** The command as a process of its own, with a home of its own. For tests. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../../../experiments/bin/cairn.js', import.meta.url));
/** A study this slow is broken. */
const PATIENCE = 120_000;

/** Options that make the quickstart a matter of seconds. */
export const TINY: readonly string[] = [
  '--profile=smoke',
  '--workers=2',
  '--dataset.train-per-class=20',
  '--dataset.test-per-class=5',
  '--teacher.model.depth=8',
  '--teacher.model.width=4',
  '--teacher.training.epochs=3',
  '--student.model.width=4',
  '--student.training.epochs=1',
];

export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export interface Running {
  readonly process: ChildProcess;
  /** Standard output so far. */
  out(): string;
  readonly ended: Promise<Outcome>;
}

/** An empty folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  return folder;
}

/** Starts `cairn` with a home. */
export function start(
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', CAIRN_HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, out, err }));
  });
  return { process: child, out: () => out, ended };
}

/** Runs `cairn` to its end. */
export function cairn(
  home: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  return start(home, args, env).ended;
}

/** Waits until something is there, at most as long as the command runs that should make it. */
export async function until<T>(what: string, look: () => T | undefined, command?: Running): Promise<T> {
  const begin = performance.now();
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    const over = command !== undefined && command.process.exitCode !== null;
    if (over) throw new Error(`no ${what}: ${JSON.stringify(await command.ended)}`);
    if (performance.now() - begin > PATIENCE) throw new Error(`still waiting: ${what}`);
    await setTimeout(5);
  }
}

/** The bytes of a file, undefined where there is none. */
export function fileAt(...path: readonly string[]): Buffer | undefined {
  try {
    return readFileSync(join(...path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The process that holds a folder. */
export function ownerOf(folder: string): number | undefined {
  const text = fileAt(folder, 'owner.lock')?.toString();
  return text === undefined ? undefined : (JSON.parse(text) as { readonly pid: number }).pid;
}

/** The only folder in a folder; undefined where there is none. */
export function onlyFolder(...path: readonly string[]): string | undefined {
  const folder = join(...path);
  if (!existsSync(folder)) return undefined;
  const [first, other] = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (other !== undefined) throw new Error(`${folder}: several folders`);
  return first === undefined ? undefined : join(folder, first.name);
}

/** Whether a process lives; one that has ended and waits for its parent does not. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // ESRCH: it is gone
  }
  const stat = fileAt(`/proc/${pid}/stat`)?.toString();
  return stat === undefined || !/\) [ZX] /.test(stat);
}

/** The records of a run's journal. */
export function journalOf(folder: string): readonly Readonly<Record<string, unknown>>[] {
  const lines = (fileAt(folder, 'journal.jsonl')?.toString() ?? '').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}

/** Without what differs from call to call: the home, times, hashes of the machine. */
export function neutral(text: string, home: string): string {
  return text
    .replaceAll(home, '<home>')
    .replace(/^\d\d:\d\d:\d\d/gm, '<time>')
    .replace(/process \d+ since [\dT:.Z-]+/g, 'process <pid> since <date>')
    .replace(/kill \d+/g, 'kill <pid>')
    .replace(/wasm-[\w-]+/g, '<numerics>')
    .replace(/\d+ process(es)? x \d+ threads? \(.*\)/, '<processes>');
}
