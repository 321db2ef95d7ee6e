/** Where a run comes from: enough to find its code, libraries and plan again. None of it is part of an id. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { contentHash, isRecord } from '@cairn/core';
import type { Plan } from '@cairn/engine';
import type { Host } from '../command.ts';
import { fileError, systemCode } from '../files/index.ts';
import { packageText, type OutsidePackage } from '../outside/package-files.ts';
import { version } from '../version.ts';

/** The code that ran: a commit and what differs from it, or why that is not known. */
export type CodeState =
  | {
      readonly commit: string;
      /** SHA-256 of all that is not committed, untracked files included; absent where nothing is. */
      readonly diff?: string;
    }
  | { readonly unknown: string };

/** As JSON. */
export interface Provenance {
  /** The study's command line as it was typed. */
  readonly command: string;
  /** Of the plan: the name of its file in `plans/`. */
  readonly plan: string;
  readonly code: CodeState;
  /** SHA-256 of `package-lock.json`; absent where there is none. */
  readonly lockfile?: string;
  readonly versions: { readonly cairn: string; readonly node: string; readonly tfjs: string };
  /** What `--plugin` brought; absent where it brought nothing. */
  readonly plugins?: readonly OutsidePackage[];
}

/** Of a run that starts now. */
export async function provenanceOf(
  host: Pick<Host, 'root' | 'typed' | 'outside'>,
  plan: Plan,
): Promise<Provenance> {
  const plugins = await host.outside();
  return {
    command: host.typed,
    plan: await contentHash(plan),
    ...(await machineState(host.root)),
    ...(plugins.length === 0 ? {} : { plugins }),
  };
}

/** What of the provenance can be held against the present: code, libraries and versions. */
export async function machineState(root: string): Promise<Omit<Provenance, 'command' | 'plan' | 'plugins'>> {
  const lockfile = await bytesOf(join(root, 'package-lock.json'));
  const manifest = await bytesOf(join(root, 'node_modules/@tensorflow/tfjs-core/package.json'));
  const parsed: unknown = manifest === undefined ? undefined : JSON.parse(manifest.toString());
  const tfjs = isRecord(parsed) && typeof parsed['version'] === 'string' ? parsed['version'] : 'unknown';
  return {
    code: await codeState(root),
    ...(lockfile === undefined ? {} : { lockfile: createHash('sha256').update(lockfile).digest('hex') }),
    versions: { cairn: version, node: process.versions.node, tfjs },
  };
}

/** For the journal: one tag for each fact. */
export function provenanceTags({
  command,
  plan,
  code,
  lockfile,
  versions,
  plugins = [],
}: Provenance): Record<string, string> {
  const known = 'commit' in code;
  return {
    'cairn.command': command,
    'cairn.plan': plan,
    'cairn.commit': known ? code.commit : `unknown: ${code.unknown}`,
    ...(known ? { 'cairn.diff': code.diff ?? 'none' } : {}),
    'cairn.lockfile': lockfile ?? 'none',
    'cairn.node': versions.node,
    'cairn.tfjs': versions.tfjs,
    ...(plugins.length === 0 ? {} : { 'cairn.plugins': plugins.map(packageText).join(', ') }),
  };
}

async function bytesOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw fileError('read', path, error);
  }
}

const run = promisify(execFile);

async function codeState(root: string): Promise<CodeState> {
  try {
    const { stdout } = await run('git', ['-C', root, 'rev-parse', '--verify', 'HEAD']);
    const diff = await diffOf(root);
    return { commit: stdout.trim(), ...(diff === undefined ? {} : { diff }) };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { unknown: 'git is not installed' };
    return { unknown: 'not a git checkout with a commit' };
  }
}

const DIFF = ['diff', 'HEAD', '--binary', '--full-index', '--no-ext-diff', '--no-textconv', '--no-color'];
const UNTRACKED = ['ls-files', '--others', '--exclude-standard', '-z'];

async function diffOf(root: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  const changed = await output(root, DIFF, (chunk) => void hash.update(chunk));
  const names: Buffer[] = [];
  await output(root, UNTRACKED, (chunk) => void names.push(chunk));
  const files = Buffer.concat(names)
    .toString()
    .split('\0')
    .filter((name) => name !== '');
  for (const name of files) {
    const bytes = await bytesOf(join(root, name));
    hash.update(`\0${name}\0${bytes?.length ?? 0}\0`).update(bytes ?? '');
  }
  return changed || files.length > 0 ? hash.digest('hex') : undefined;
}

/** Hands out what git writes. Returns whether it wrote anything. */
function output(root: string, args: readonly string[], take: (chunk: Buffer) => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const git = spawn('git', ['--no-optional-locks', '-C', root, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let wrote = false;
    git.stdout.on('data', (chunk: Buffer) => {
      wrote = true;
      take(chunk);
    });
    git.on('error', reject).on('close', (code) => {
      if (code === 0) resolve(wrote);
      else reject(new Error(`git ${args[0] ?? ''} ended with code ${code}`));
    });
  });
}
