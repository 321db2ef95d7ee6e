/** Which code a plugin from outside is: the files of its own package that its import loads, and their digest. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRecord } from '@cairn/core';

/** As JSON, in a run's provenance. */
export interface OutsidePackage {
  /** As `--plugin` names it; a path is absolute. */
  readonly source: string;
  /** Of its package.json, where there is one. */
  readonly name?: string;
  readonly version?: string;
  /** Its folder when it was loaded. */
  readonly folder: string;
  /** Below the folder, in order; what a plugin imports later than at its start is not in it. */
  readonly files: readonly string[];
  /** SHA-256 over names and bytes of the files. */
  readonly digest: string;
}

/** All that imports from outside have loaded: the second import of a module loads nothing. */
const loaded = new Set<string>();

/**
 * Imports a module from outside and says what its package is.
 * @param source as `--plugin` names it; a path is absolute
 * @param entry a package's name, or the URL of a module
 */
export async function importPackage(
  source: string,
  entry: string,
): Promise<{ readonly exported: Readonly<Record<string, unknown>>; readonly outside: OutsidePackage }> {
  let found = entry;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      if (specifier === entry) found = resolved.url;
      return resolved;
    },
    load(url, context, next) {
      if (url.startsWith('file:')) loaded.add(fileURLToPath(url));
      return next(url, context);
    },
  });
  try {
    const exported = (await import(entry)) as Readonly<Record<string, unknown>>;
    return { exported, outside: describePackage(source, fileURLToPath(found), loaded) };
  } finally {
    hooks.deregister();
  }
}

/**
 * @param entry the module that was imported
 * @param modules files that were loaded, those of other packages among them
 */
export function describePackage(source: string, entry: string, modules: Iterable<string>): OutsidePackage {
  const folder = packageFolder(entry);
  const manifest = join(folder, 'package.json');
  const known = existsSync(manifest);
  const own = [...modules].filter((file) => isOwn(relative(folder, file)));
  const files = [...new Set([entry, ...own, ...(known ? [manifest] : [])])]
    .map((file) => relative(folder, file).split(sep).join('/'))
    .sort();
  const described: unknown = known ? JSON.parse(readFileSync(manifest, 'utf8')) : {};
  const { name, version } = isRecord(described) ? described : {};
  return {
    source,
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof version === 'string' ? { version } : {}),
    folder,
    files,
    digest: digestOf(folder, files),
  };
}

/** @throws where a file is not there */
export function digestOf(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) {
    const bytes = readFileSync(join(folder, file));
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** For people and for a tag: `cairn-plugin-x@1.0.0 0123456789abcdef`. */
export function packageText({ source, name, version, digest }: OutsidePackage): string {
  return `${name ?? source}${version === undefined ? '' : `@${version}`} ${digest.slice(0, 16)}`;
}

/** Of the nearest package.json; a file without one stands in its own folder. */
function packageFolder(entry: string): string {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return dirname(entry);
}

function isOwn(path: string): boolean {
  const parts = path.split(sep);
  return parts[0] !== '..' && !parts.includes('node_modules');
}
