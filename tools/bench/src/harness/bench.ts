/** What all benchmarks have in common: their flags, their tables and targets, their JSON. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CairnError, UsageError, type JsonObject } from '@cairn/core';
import { describeMachine, machineLine } from './machine.ts';
import { tableLines, type Table } from './table.ts';
import { isMet, targetLine, type Target } from './target.ts';

export interface BenchOptions {
  /** Absolute path of the JSON file. */
  readonly json: string | undefined;
  /** A Python with torch; the peer runs beside us where it is given. */
  readonly peer: string | undefined;
  /** Rounds of interleaved repeats; the benchmark's own number without it. */
  readonly repeats: number | undefined;
  /** A variation of the benchmark's own: `smoke` shows that it works. */
  readonly profile: string | undefined;
  /** Whether a row of this name is measured: one that contains a text of `--only`, or any without it. */
  readonly picks: (name: string) => boolean;
}

export interface Bench {
  readonly options: BenchOptions;
  /** Prints at once. */
  say(text: string): void;
  /** Prints a table and keeps it for the JSON. */
  table(table: Table): void;
  target(target: Target): void;
  /** Keeps figures for the JSON that no table shows. */
  keep(name: string, figures: JsonObject): void;
}

/**
 * Runs a benchmark: prints the machine, what the body says, and at the end one line per target; writes the JSON.
 * The exit code is 0 whether targets are met or not, 2 for a wrong flag, 1 where the body fails.
 */
export async function startBench(name: string, body: (bench: Bench) => Promise<void>): Promise<void> {
  try {
    const options = readOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
    await run(name, options, body);
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    console.error([`error ${error.code}  ${error.message}`, ...error.fix.map((f) => `  ${f}`)].join('\n'));
    process.exitCode = error.exitCode;
  }
}

async function run(
  name: string,
  options: BenchOptions,
  body: (bench: Bench) => Promise<void>,
): Promise<void> {
  const machine = describeMachine(`bench:${name} ${process.argv.slice(2).join(' ')}`.trim());
  const say = (text: string): void => console.log(text);
  const [tables, targets]: [Table[], Target[]] = [[], []];
  const kept: Record<string, JsonObject> = {};
  say(`bench:${name}   ${machineLine(machine)}`);
  await body({
    options,
    say,
    table(table) {
      tables.push(table);
      say(['', ...tableLines(table)].join('\n'));
    },
    target: (target) => void targets.push(target),
    keep: (key, figures) => void (kept[key] = figures),
  });
  say(['', ...targets.map(targetLine)].join('\n'));
  if (options.json === undefined) return;
  const judged = targets.map((target) => ({ ...target, ok: isMet(target) }));
  const report = { bench: name, machine, tables, targets: judged, ...kept };
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}

/**
 * @param typedIn the folder that relative paths start from
 * @throws CAIRN_FLAG_UNKNOWN, CAIRN_FLAG_VALUE
 */
export function readOptions(argv: readonly string[], typedIn: string): BenchOptions {
  const flags = {
    json: { type: 'string' },
    peer: { type: 'string' },
    repeats: { type: 'string' },
    profile: { type: 'string' },
    only: { type: 'string', multiple: true },
  } as const;
  try {
    const { values } = parseArgs({ args: [...argv], options: flags });
    const repeats = values.repeats === undefined ? undefined : Number(values.repeats);
    if (repeats !== undefined && !(Number.isInteger(repeats) && repeats > 0)) {
      const fix = 'a whole number, at least 1';
      throw new UsageError('CAIRN_FLAG_VALUE', `--repeats: got "${values.repeats}"`, { fix });
    }
    const json = values.json === undefined ? undefined : resolve(typedIn, values.json);
    const { peer, profile, only = [''] } = values;
    return { json, peer, repeats, profile, picks: (name) => only.some((text) => name.includes(text)) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const fix = '--json=FILE, --peer=PYTHON, --repeats=N, --profile=NAME, --only=TEXT';
    throw new UsageError('CAIRN_FLAG_UNKNOWN', error.message, { fix, cause: error });
  }
}
