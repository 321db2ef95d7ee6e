import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunError, UsageError } from '@cairn/core';
import { rerunSpec } from '../args/result-specs.ts';
import type { Command, Host } from '../command.ts';
import { coloured, print, printJson, unicode } from '../output.ts';
import { packageText, type OutsidePackage } from '../outside/package-files.ts';
import { machineState } from '../study/provenance.ts';
import { readRunFile } from '../study/run-file.ts';
import { LiveTerminal } from '../terminal/live-terminal.ts';
import type { Compared, RunComparison } from '../verify/compare-runs.ts';
import { repeatAndCompare } from '../verify/repeat-run.ts';
import { rerunSubject, type RerunSubject } from '../verify/rerun-subject.ts';
import { compareMachine } from '../verify/verify-world.ts';

/** `cairn rerun <run | route>`: 1 where it gives anything else. */
export const rerun: Command<typeof rerunSpec.flags> = {
  spec: rerunSpec,
  async execute({ arguments: [name = ''], flags }, host) {
    const subject = await rerunSubject(host, name);
    const changed = await changesSince(host, subject, flags.anyway);
    const stream = flags.json !== undefined && flags.json.file === undefined ? host.err : host.out;
    const live = new LiveTerminal({
      stream,
      unicode: unicode(host.env),
      colour: coloured(stream, host.env),
    });
    const folder = await mkdtemp(join(tmpdir(), 'cairn-rerun-'));
    try {
      const lines = [`rerun  ${subject.name}`, ...changed.map((text) => `       ${text}`)];
      live.show({ type: 'say', lines });
      const comparison = await repeatAndCompare(host, subject, folder, live);
      if (flags.json !== undefined)
        await printJson(host, flags.json, { run: subject.name, changed, ...comparison });
      print(stream, resultLines(comparison));
      return comparison.differences.length === 0 ? 0 : 1;
    } finally {
      live.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** In words what of code and libraries is another one now. @throws CAIRN_RERUN_CHANGED without `anyway` */
async function changesSince(host: Host, subject: RerunSubject, anyway: boolean): Promise<readonly string[]> {
  const { tags } = subject.journal;
  const machine = compareMachine(tags, await machineState(host.root)).filter((f) => f.state === 'changed');
  const words = [
    ...machine.map(({ what, text }) => `${what}: ${text}`),
    ...(await pluginChanges(host, subject)),
  ];
  if (words.length === 0 || anyway) return words;
  throw new RunError(
    'CAIRN_RERUN_CHANGED',
    `cairn rerun: not what the run was made with: ${words.join('; ')}`,
    {
      fix: ['go back to it', 'or --anyway: a difference may then come from there'],
    },
  );
}

/** The same of what `--plugin` brings now. @throws CAIRN_PLUGIN_MISSING */
async function pluginChanges(host: Host, { name, folder }: RerunSubject): Promise<readonly string[]> {
  const { plugins = [] } = (await readRunFile(folder))?.provenance ?? {};
  const now = await host.outside();
  const missing = plugins.filter((then) => !now.some((p) => samePackage(p, then)));
  if (missing.length > 0) {
    const flags = plugins.map(({ source }) => ` --plugin=${source}`).join('');
    throw new UsageError(
      'CAIRN_PLUGIN_MISSING',
      `cairn rerun: made with ${missing.map(packageText).join(', ')} from outside the catalogue`,
      { fix: `cairn rerun ${name.replace(/^route /, '')}${flags}` },
    );
  }
  return plugins.flatMap((then) => {
    const found = now.filter((p) => samePackage(p, then));
    if (found.some(({ digest }) => digest === then.digest)) return [];
    return [`plugin: ${packageText(then)} then, ${found.map(packageText).join(', ')} now`];
  });
}

function samePackage(a: OutsidePackage, b: OutsidePackage): boolean {
  return a.source === b.source || (a.name !== undefined && a.name === b.name) || a.digest === b.digest;
}

function resultLines({ things, differences }: RunComparison): string[] {
  const [first] = differences;
  if (first === undefined) return [`equal: ${things} things, bit by bit`];
  const more = differences.length - 1;
  return [
    `not equal: ${first.what} first${more === 0 ? '' : `, and ${more} more of ${things}`}`,
    ...differences.slice(0, 10).flatMap(difference),
    ...(more < 10 ? [] : [`  and ${more - 9} more`]),
  ];
}

function difference({ what, before, again }: Compared): string[] {
  return [`  ${what}`, `    before ${before}`, `    again  ${again}`];
}
