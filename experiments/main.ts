import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from '@cairn/cli';
import type { StudyFile } from '@cairn/core';

const here = new URL('./', import.meta.url);

/** Runs a command line with this folder's plugins and studies. The result is the exit code. */
export function start(argv: readonly string[]): Promise<number> {
  return main({
    argv,
    plugins: async () => (await import('./plugins.ts')).plugins,
    studies: { names: studyNames(), load },
    root: fileURLToPath(new URL('../', here)),
    self: [process.execPath, fileURLToPath(new URL('bin/cairn.js', here))],
  });
}

/** The folders with an `experiment.ts`, sorted. */
function studyNames(): string[] {
  return readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/experiment.ts`, here)))
    .map((entry) => entry.name)
    .sort();
}

async function load(name: string): Promise<StudyFile> {
  const { study } = (await import(new URL(`${name}/experiment.ts`, here).href)) as { study: StudyFile };
  return study;
}
