/** Plugins from outside the catalogue: `--plugin <package or path>` takes every plugin that the module exports. */
import { isPluginKind, pluginKinds, contractVersion, UsageError, type Plugin } from '@cairn/core';
import { shareModules } from './share.ts';
import { entryOf, isPath } from './entry.ts';
import { importPackage, type OutsidePackage } from './package-files.ts';

export interface OutsidePlugins {
  readonly plugins: readonly Plugin[];
  /** Where they come from, for the provenance of runs. */
  readonly packages: readonly OutsidePackage[];
}

/** What this needs of the world. */
interface Place {
  typedPath(path: string): string;
}

/** A plugin as any version of Cairn would export it. */
interface Found {
  readonly kind: string;
  readonly id: string;
  readonly module: unknown;
  readonly contract?: unknown;
}

/**
 * @param sources packages and paths as typed, in order
 * @param known plugins whose ids are taken
 * @throws CAIRN_PLUGIN_MISSING, CAIRN_PLUGIN_LOAD, CAIRN_PLUGIN_NONE, CAIRN_PLUGIN_CONTRACT, CAIRN_PLUGIN_KIND,
 * CAIRN_PLUGIN_DUPLICATE
 */
export async function loadPlugins(
  sources: readonly string[],
  known: readonly Pick<Plugin, 'kind' | 'id'>[],
  place: Place,
): Promise<OutsidePlugins> {
  const loaded: Plugin[] = [];
  const packages: OutsidePackage[] = [];
  for (const source of new Set(sources)) {
    const { plugins, outside } = await pluginsOf(source, place);
    packages.push(outside);
    for (const plugin of plugins) {
      const same = (other: Pick<Plugin, 'kind' | 'id'>) =>
        other.kind === plugin.kind && other.id === plugin.id;
      if (known.some(same) || loaded.some(same)) {
        const where = known.some(same) ? 'the catalogue has' : 'another --plugin has';
        throw wrong(
          'DUPLICATE',
          `${source}: ${where} ${plugin.kind} "${plugin.id}" already`,
          'another id in its definePlugin',
        );
      }
      loaded.push(plugin);
    }
  }
  return { plugins: loaded, packages };
}

/** The flags again, for a worker process: paths no longer depend on where the command was typed. */
export function pluginFlags(sources: readonly string[], place: Place): readonly string[] {
  return sources.map((source) => `--plugin=${placed(source, place)}`);
}

function placed(source: string, place: Place): string {
  return isPath(source) ? place.typedPath(source) : source;
}

async function pluginsOf(
  source: string,
  place: Place,
): Promise<{ readonly plugins: readonly Plugin[]; readonly outside: OutsidePackage }> {
  const { exported, outside } = await importFrom(source, place);
  const found = [...new Set(Object.values(exported))].filter(isPlugin);
  if (found.length === 0) {
    const names = Object.keys(exported).join(', ') || 'nothing';
    throw wrong('NONE', `${source}: exports no plugin`, `a value made by definePlugin; it exports ${names}`);
  }
  for (const plugin of found) checkPlugin(source, plugin);
  return { plugins: found as unknown as readonly Plugin[], outside };
}

function checkPlugin(source: string, { kind, id, contract }: Found): void {
  if (contract !== contractVersion) {
    const made = typeof contract === 'number' ? `contract ${contract}` : 'no contract version';
    throw wrong(
      'CONTRACT',
      `${source}: ${kind} "${id}" was made with ${made}, this is contract ${contractVersion}`,
      `a version of it for contract ${contractVersion}, or the Cairn that it was made for`,
    );
  }
  if (!isPluginKind(kind))
    throw wrong('KIND', `${source}: "${id}" is of kind "${kind}"`, `known: ${pluginKinds.join(', ')}`);
}

function importFrom(source: string, place: Place): ReturnType<typeof importPackage> {
  const entry = entryOf(source, place.typedPath(source));
  shareModules(place.typedPath('.'));
  return importPackage(placed(source, place), entry).catch((cause: unknown) => {
    const missing = isCode(cause, 'ERR_MODULE_NOT_FOUND') && cause.message.includes(`'${source}'`);
    if (missing)
      throw wrong(
        'MISSING',
        `no package "${source}"`,
        [`npm install ${source}`, 'or a path: --plugin=./folder'],
        cause,
      );
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw wrong(
      'LOAD',
      `${source}: ${reason}`,
      'the module as it stands cannot be imported; --debug shows the stack',
      cause,
    );
  });
}

function isPlugin(value: unknown): value is Found {
  if ((typeof value !== 'function' && typeof value !== 'object') || value === null) return false;
  const { kind, id, module } = value as Partial<Found>;
  return typeof kind === 'string' && typeof id === 'string' && module !== undefined;
}

function isCode(error: unknown, code: string): error is Error {
  return error instanceof Error && 'code' in error && error.code === code;
}

function wrong(what: string, message: string, fix: string | readonly string[], cause?: unknown): UsageError {
  return new UsageError(`CAIRN_PLUGIN_${what}`, `--plugin: ${message}`, { fix, cause });
}
