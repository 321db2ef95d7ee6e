/** Makes a route of a folder of checkpoints that was trained elsewhere. */
import {
  contentHash,
  type DatasetSpec,
  type JsonObject,
  type NetworkGraph,
  type PluginData,
  RouteError,
  type Store,
} from '@cairn/core';
import { type Checkpoint, type FolderOptions, openFolder } from './import-folder.ts';
import { isStudentFile } from './import-steps.ts';
import { readManifest, type StoredManifest } from './manifest.ts';
import { RouteWriter } from './route-writer.ts';

/** Stands where a recorder would: an imported route has the anchors that it has. */
export const IMPORTED: PluginData<'route-recorder'> = { kind: 'route-recorder', id: 'imported', options: {} };

export interface ImportOptions extends FolderOptions {
  readonly graph: NetworkGraph;
  readonly model: PluginData<'model'>;
  /** The data that the teacher was trained on, as far as a network sees it. */
  readonly data: Pick<DatasetSpec, 'id' | 'classes' | 'input'>;
  /**
   * Steps of an epoch. Needed where files count steps; where they count epochs and it is not given, a step of the
   * route is an epoch.
   */
  readonly stepsPerEpoch?: number;
  /** Tells two imported teachers apart. @default 0 */
  readonly seed?: number;
  /** Further facts to keep, such as the study that gave the model. */
  readonly facts?: JsonObject;
  /** Version of this code. */
  readonly code: string;
}

export interface ImportedRoute {
  readonly manifest: StoredManifest;
  /** False where the same route was there already. */
  readonly isNew: boolean;
  /** Things that one should know of it, a line each. */
  readonly notes: readonly string[];
}

/**
 * Imports a folder of `.safetensors` files into a store of routes. The route's id is the hash of its weights, model,
 * data and facts, so importing twice gives one route.
 * @param source the folder; @param routes the folder of all routes
 * @throws what `openFolder` throws, before anything is written; CAIRN_ROUTE_FILES where steps have no length
 */
export async function importRoute(
  source: Store,
  routes: Store,
  options: ImportOptions,
): Promise<ImportedRoute> {
  const checkpoints = await openFolder(source, options);
  const stepsPerEpoch = stepsPerEpochOf(checkpoints, options);
  const anchors = checkpoints.map((checkpoint) => ({ checkpoint, id: stepOf(checkpoint, stepsPerEpoch) }));
  const { model, data, seed = 0, facts = {}, code } = options;
  const identity = {
    model,
    data,
    stepsPerEpoch,
    seed,
    facts,
    weights: anchors.map((a) => [a.id, a.checkpoint.sha256]),
  };
  const id = await contentHash({ imported: identity });
  const before = await readManifest(routes, id);
  if (before?.recorders.some((r) => r.complete) === true)
    return { manifest: before, isNew: false, notes: [] };
  const description = {
    id,
    stepsPerEpoch,
    totalSteps: anchors.at(-1)?.id ?? 0,
    config: { model: { ...model }, imported: importedFacts(checkpoints, data, facts) },
    dataset: '',
    seed,
    code,
    numerics: '',
  };
  const writer = await RouteWriter.open(routes, description, IMPORTED);
  for (const { checkpoint, id: step } of anchors) {
    await writer.add({ id: step, learningRate: checkpoint.learningRate ?? 0 }, await checkpoint.weights());
  }
  await writer.finish();
  const manifest = await readManifest(routes, id);
  if (manifest === undefined) throw new RouteError('CAIRN_ROUTE_MISSING', `route ${id} has gone`);
  const students = (await source.list('')).filter(isStudentFile);
  return { manifest, isNew: true, notes: notesOf(checkpoints, students) };
}

/** What the manifest keeps of where a route came from. */
function importedFacts(
  checkpoints: readonly Checkpoint[],
  data: ImportOptions['data'],
  facts: JsonObject,
): JsonObject {
  const { id, classes, input } = data;
  return {
    ...facts,
    data: { id, classes, input: { ...input } },
    files: checkpoints.map(({ file, fileSha256 }) => ({ file, sha256: fileSha256 })),
  };
}

function stepsPerEpochOf([first]: readonly Checkpoint[], { stepsPerEpoch }: ImportOptions): number {
  if (stepsPerEpoch !== undefined) return stepsPerEpoch;
  if (first?.unit !== 'step') return 1;
  throw new RouteError('CAIRN_ROUTE_FILES', `${first.file}: counts steps, and an epoch has no length`, {
    fix: '--steps-per-epoch=782, the batches of an epoch in the training script (50,000 images by 64 are 782)',
  });
}

function stepOf({ unit, count }: Checkpoint, stepsPerEpoch: number): number {
  return unit === 'step' ? count : count * stepsPerEpoch;
}

function notesOf(checkpoints: readonly Checkpoint[], students: readonly string[]): readonly string[] {
  const converted = [...new Set(checkpoints.flatMap((c) => c.converted))];
  const notes = converted.map((dtype) =>
    dtype === 'F64' ? 'F64 arrays were rounded to float32' : `${dtype} arrays became float32, exactly`,
  );
  if (checkpoints.length === 1) notes.push('one state alone: plain distillation, no route');
  if (students.length > 0) notes.push(`left out, a student's: ${students.join(', ')}`);
  return notes;
}
