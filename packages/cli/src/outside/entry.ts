import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '@cairn/core';

/** Whether a source is a path, not a package: `./x`, `../x`, `/x`, `.`, a drive, a file of code. */
export function isPath(source: string): boolean {
  return /^\.{0,2}([\\/]|$)|^[A-Za-z]:[\\/]|^[^@].*\.m?[jt]s$/.test(source);
}

/**
 * What to import for a source: the package's own name, or the URL of a path's module.
 * @param path the source as a path
 * @throws CAIRN_PLUGIN_MISSING
 */
export function entryOf(source: string, path: string): string {
  if (!isPath(source)) return source;
  const file = existsSync(path) && statSync(path).isDirectory() ? moduleOf(path) : path;
  if (file !== undefined && existsSync(file)) return pathToFileURL(file).href;
  throw new UsageError('CAIRN_PLUGIN_MISSING', `--plugin: nothing to load at "${source}" (${file ?? path})`, {
    fix: 'a file, a folder with a package.json or an index.ts, or the name of an installed package',
  });
}

/** The module of a folder: what its package.json exports, else `index`. */
function moduleOf(folder: string): string | undefined {
  const manifest = join(folder, 'package.json');
  const declared = existsSync(manifest) ? exported(parsed(manifest)) : undefined;
  const names = declared === undefined ? ['index.ts', 'index.js', 'index.mjs'] : [declared];
  return names.map((name) => join(folder, name)).find((file) => existsSync(file));
}

function parsed(manifest: string): unknown {
  try {
    return JSON.parse(readFileSync(manifest, 'utf8'));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UsageError('CAIRN_PLUGIN_LOAD', `--plugin: ${manifest} is not JSON: ${cause.message}`, {
      fix: 'mend it, or name the module itself: --plugin=./folder/index.ts',
      cause,
    });
  }
}

/** `"exports": "./index.ts"`, `{ ".": … }`, conditions in the order in which they stand; else `main`. */
function exported(manifest: unknown): string | undefined {
  if (typeof manifest !== 'object' || manifest === null) return undefined;
  const { exports: declared, main } = manifest as { readonly exports?: unknown; readonly main?: unknown };
  return target(declared) ?? (typeof main === 'string' ? main : undefined);
}

function target(declared: unknown): string | undefined {
  if (typeof declared === 'string') return declared;
  if (typeof declared !== 'object' || declared === null) return undefined;
  for (const [key, value] of Object.entries(declared)) {
    if (!['.', 'node', 'import', 'module-sync', 'default'].includes(key)) continue;
    const found = target(value);
    if (found !== undefined) return found;
  }
  return undefined;
}
