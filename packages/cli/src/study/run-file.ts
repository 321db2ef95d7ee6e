/** `run.json`: what a run's folder needs to be understood by itself, apart from the study that made it. */
import { RunError, type JsonObject, type PluginData, type Store } from '@cairn/core';
import type { RunSpec } from '@cairn/engine';
import type { Provenance } from './provenance.ts';

export interface RunFile {
  readonly version: 1;
  /** Hash that decides whether the run may be reused: of the spec and the identity; of a teacher the route's id. */
  readonly config: string;
  readonly spec: RunSpec;
  /** What besides the spec the hash is of; absent for a teacher. */
  readonly identity?: JsonObject;
  readonly dataset: PluginData<'dataset'>;
  /** Of the data. */
  readonly digest: string;
  readonly backend: string;
  readonly numerics: string;
  /** Of the process that worked on it last; its journal has that of the first. */
  readonly provenance?: Provenance;
  /** The route that it learned from or is compared with; absent for a teacher. */
  readonly route?: { readonly id: string; readonly model: PluginData<'model'> };
}

const FILE = 'run.json';

export async function writeRunFile(store: Store, file: RunFile): Promise<void> {
  await store.write(FILE, new TextEncoder().encode(`${JSON.stringify(file, undefined, 1)}\n`));
}

/** Undefined where there is none. @throws CAIRN_RUN_DAMAGED */
export async function readRunFile(store: Store): Promise<RunFile | undefined> {
  const bytes = await store.read(FILE);
  if (bytes === undefined) return undefined;
  const path = `${store.location}/${FILE}`;
  const fix = 'run its study again: the file is written anew when the run is';
  try {
    const file = JSON.parse(new TextDecoder().decode(bytes)) as RunFile;
    if (file.version === 1) return file;
    throw new RunError('CAIRN_RUN_DAMAGED', `${path} has version ${String(file.version)}`, { fix });
  } catch (cause) {
    if (cause instanceof RunError) throw cause;
    throw new RunError('CAIRN_RUN_DAMAGED', `${path} is no JSON`, { fix, cause });
  }
}
