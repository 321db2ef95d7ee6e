/** Whether a command on a page is one: its name, flags, study and profile, without running it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, parseLine } from '@cairn/cli';
import { CairnError, UsageErrors } from '@cairn/core';
import { profileNames } from '../profiles.ts';

/** What is wrong with a command; undefined where nothing is, or where it is none of ours. */
export function commandFault(command: string, root: string): string | undefined {
  // A placeholder stands for what only the reader knows.
  if (/[<…[]/.test(command)) return undefined;
  const [first = '', second = '', ...rest] = command.replace(/^npx /, '').split(/\s+/);
  if (first === 'cairn') return cairnFault(second, rest, root);
  if (first !== 'nx') return undefined;
  const [target = '', ...flags] = rest;
  if (second === 'g') return generatorFault(target, root);
  const [project, study = '', profile] = target.split(':');
  if (second !== 'run' || project !== 'experiments') return undefined;
  return cairnFault(
    'run',
    [study, ...(profile === undefined ? [] : [`--profile=${profile}`]), ...flags],
    root,
  );
}

function cairnFault(name: string, args: readonly string[], root: string): string | undefined {
  const spec = commands.find((entry) => entry.spec.name === name)?.spec;
  if (name === 'help' || name === '--version') return undefined;
  if (spec === undefined) return `no command "${name}"`;
  // Named in passing.
  if (args.length === 0) return undefined;
  try {
    const { arguments: given, flags } = parseLine(spec, args, studiesIn(root));
    const takesStudy = spec.arguments[0]?.choices === 'studies';
    return takesStudy ? profileFault(given[0] ?? '', flags['profile'], root) : undefined;
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    return error instanceof UsageErrors ? error.errors.map((e) => e.message).join('; ') : error.message;
  }
}

function profileFault(study: string, profile: unknown, root: string): string | undefined {
  if (typeof profile !== 'string') return undefined;
  const known = profileNames(readFileSync(join(root, 'experiments', study, 'experiment.ts'), 'utf8'));
  return known.includes(profile) ? undefined : `${study} has no profile "${profile}"`;
}

function generatorFault(target: string, root: string): string | undefined {
  const kind = target.replace(/^@cairn\/nx:/, '');
  return existsSync(join(root, 'tools/nx/src/generate/files', kind)) ? undefined : `no generator "${target}"`;
}

function studiesIn(root: string): string[] {
  const folder = join(root, 'experiments');
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'experiment.ts')));
}
