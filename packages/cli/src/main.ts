/** The composition root: from a catalogue of plugins, studies and a command line to an exit code. */
import { resolve } from 'node:path';
import {
  type Backend,
  CairnError,
  createRegistry,
  type Plugin,
  type Registry,
  suggestion,
  UsageError,
} from '@cairn/core';
import type { CommandSpec } from './args/flags.ts';
import { commandHelp, overview } from './args/help.ts';
import { parseLine } from './args/parse.ts';
import { builtinBackends } from './backends.ts';
import type { Call, Command, ExitCode, Host, OutputStream, Studies } from './command.ts';
import { catalogue, type CommandEntry } from './commands/catalogue.ts';
import { errorLines } from './errors.ts';
import { interruption } from './interrupt.ts';
import { loadPlugins, pluginFlags } from './outside/load.ts';
import type { OutsidePackage } from './outside/package-files.ts';
import { coloured, print, widthOf } from './output.ts';
import { version } from './version.ts';

export interface MainOptions {
  /** The catalogue; called only by commands that need it. */
  readonly plugins: () => Promise<readonly Pick<Plugin, 'kind' | 'id' | 'module'>[]>;
  readonly studies: Studies;
  /** Arguments after the program's name. */
  readonly argv: readonly string[];
  /** Program and first arguments that start this command line again. */
  readonly self: readonly [string, ...string[]];
  /** The workspace: where `.cairn` stands. */
  readonly root: string;
  /** Default: those of this installation. */
  readonly backends?: Readonly<Record<string, () => Promise<Backend>>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly out?: OutputStream;
  readonly err?: OutputStream;
  /** Default: every command of this package. */
  readonly commands?: readonly CommandEntry[];
}

type World = Omit<Host, 'signal' | 'debug'>;

/**
 * Runs one command line. Never throws: every error is shown on `err`.
 * @returns 0 done, 1 failed, 2 bad usage or configuration, 130 interrupted with state saved
 */
export async function main(options: MainOptions): Promise<ExitCode> {
  const { argv, commands = catalogue } = options;
  const world = worldOf(options, []);
  tolerateClosedPipe(world.out);
  const debug = argv.includes('--debug');
  try {
    return await dispatch(commands, options, world, debug);
  } catch (error) {
    print(world.err, errorLines(error, { debug, colour: coloured(world.err, world.env) }));
    return error instanceof CairnError ? error.exitCode : 1;
  }
}

/** @param sources what `--plugin` names */
function worldOf(options: MainOptions, sources: readonly string[]): World {
  const { env = process.env, out = process.stdout, err = process.stderr, root } = options;
  // npm and Nx change the folder before they start a command; npm says where it was typed.
  const typedIn = env['INIT_CWD'] ?? process.cwd();
  const typedPath = (path: string): string => resolve(typedIn, path);
  let loaded: ReturnType<typeof loadAll> | undefined;
  const load = () => (loaded ??= loadAll(options, sources, { typedPath }));
  return {
    studies: options.studies,
    registry: async () => (await load()).registry,
    outside: async () => (await load()).packages,
    backends: options.backends ?? builtinBackends,
    out,
    err,
    env,
    root,
    home: resolve(typedIn, env['CAIRN_HOME'] ?? resolve(root, '.cairn')),
    typedPath,
    typed: ['cairn', ...options.argv].map(quoted).join(' '),
    self: options.self,
    pluginFlags: pluginFlags(sources, { typedPath }),
  };
}

/** A word as a shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

async function loadAll(
  { plugins }: MainOptions,
  sources: readonly string[],
  place: Pick<Host, 'typedPath'>,
): Promise<{ readonly registry: Registry; readonly packages: readonly OutsidePackage[] }> {
  const catalogued = await plugins();
  const outside = await loadPlugins(sources, catalogued, place);
  return { registry: createRegistry([...catalogued, ...outside.plugins]), packages: outside.packages };
}

async function dispatch(
  commands: readonly CommandEntry[],
  options: MainOptions,
  world: World,
  debug: boolean,
): Promise<ExitCode> {
  const [first, ...rest] = options.argv.filter((token) => token !== '--debug');
  if (first === '--version' || first === '-v') {
    print(world.out, `cairn ${version} (Node ${process.versions.node})`);
    return 0;
  }
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    return help(commands, rest[0], world);
  }
  const entry = find(commands, first);
  const line = parseLine(entry.spec, rest, world.studies.names);
  if (line.flags['help'] === true) return help(commands, first, world);
  const sources = (line.flags['plugin'] ?? []) as readonly string[];
  return execute(await entry.load(), line as Call, worldOf(options, sources), debug);
}

async function execute(command: Command, call: Call, world: World, debug: boolean): Promise<ExitCode> {
  const { signal, stop } = interruption(command.spec.name === 'task');
  try {
    return await command.execute(call, { ...world, signal, debug });
  } catch (error) {
    if (signal.aborted && error === signal.reason) return 130;
    throw error;
  } finally {
    stop();
  }
}

/** `cairn runs | head` closes the pipe early: no fault, and no reason to stop a study. */
function tolerateClosedPipe(stream: OutputStream): void {
  if (stream.listeners('error').includes(ignoreClosedPipe)) return;
  stream.on('error', ignoreClosedPipe);
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function find(commands: readonly CommandEntry[], name: string): CommandEntry {
  const entry = commands.find((c) => c.spec.name === name);
  if (entry !== undefined) return entry;
  const known = commands.filter((c) => c.spec.hidden !== true).map((c) => c.spec.name);
  const what = name.startsWith('-') ? `${name}: the command comes first` : `no command "${name}"`;
  throw new UsageError('CAIRN_COMMAND_UNKNOWN', what, { fix: suggestion(name, known) });
}

function help(commands: readonly CommandEntry[], name: string | undefined, world: World): ExitCode {
  const width = Math.min(100, widthOf(world.out));
  const { names } = world.studies;
  const specs: CommandSpec[] = commands.map((c) => c.spec);
  const lines =
    name === undefined || name.startsWith('-')
      ? overview(specs, names, width)
      : commandHelp(find(commands, name).spec, names, width);
  print(world.out, lines);
  return 0;
}
