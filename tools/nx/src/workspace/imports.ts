import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import * as ts from 'typescript';

export interface Imports {
  /** Packages that the sources import. */
  readonly sources: ReadonlySet<string>;
  /** Packages that tests, and what only tests use, import. Without vitest, which the workspace brings. */
  readonly tests: ReadonlySet<string>;
}

/** Packages that the TypeScript files below a folder import. */
export function importsOf(folder: string): Imports {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('node_modules'),
  );
  const packages = (wanted: boolean) =>
    new Set(
      files
        .filter((file) => isForTests(file) === wanted)
        .flatMap((file) => packagesOf(readFileSync(join(folder, file), 'utf8'))),
    );
  return { sources: packages(false), tests: packages(true) };
}

function isForTests(file: string): boolean {
  return /\.test\.ts$|(^|[\\/])(fixtures|test-support)([\\/]|\.ts$)/.test(file);
}

function packagesOf(text: string): string[] {
  const specifiers = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return specifiers
    .filter((name) => !name.startsWith('.') && !isBuiltin(name) && name !== 'vitest')
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}
