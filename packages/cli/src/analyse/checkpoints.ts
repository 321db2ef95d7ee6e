/** Logits of checkpoints: of a folder that another program saved, or of a route that is here. */
import {
  UsageError,
  type HostTensors,
  type Manifest,
  type Network,
  type NetworkGraph,
  type PluginData,
  type Registry,
  type Splits,
  type Study,
} from '@cairn/core';
import { BatchMaker, carve, predictLogits, resolveStudy, stratified } from '@cairn/engine';
import {
  isStudentFile,
  loadAnchor,
  type NameMap,
  openFiles,
  openFolder,
  readManifest,
  viewOf,
} from '@cairn/route';
import type { Host } from '../command.ts';
import { NodeStore } from '../files/index.ts';
import { importedFacts, modelOf } from '../routes/imported.ts';
import { originOf, type ImportRequest } from '../routes/import-folder.ts';
import { checkDigest, openSplits, startBackend } from '../study/ground.ts';
import { DEFAULT_BACKEND } from '../study/open-study.ts';
import { placesIn } from '../study/places.ts';
import { readRunFile } from '../study/run-file.ts';
import { bareRoute, type AnchorLogits, type LogitSet, type NamedLogits } from './logit-set.ts';
import { inOrder } from './logits-folder.ts';

export interface CheckpointRequest extends ImportRequest {
  readonly split: 'val' | 'test';
  readonly backend?: string | undefined;
}

const SEEN = 'a teacher from elsewhere may have been trained on these samples: --split=test has others';

/** States with what it takes to run them. */
interface States {
  readonly source: string;
  readonly model: PluginData<'model'>;
  readonly dataset: PluginData<'dataset'>;
  readonly validation: Study['validation'];
  /** Of the data that a study recorded it with. */
  readonly digest?: string;
  readonly route?: Manifest;
  readonly states: readonly (Omit<AnchorLogits, 'logits'> & Weighed)[];
  /** A student's stages in order. */
  readonly student?: {
    readonly model: PluginData<'model'>;
    readonly stages: readonly (Omit<NamedLogits, 'logits'> & Weighed)[];
  };
}

interface Weighed {
  readonly weights: () => Promise<HostTensors>;
}

/** @param folder of `.safetensors` files; those named `student…` are the student's @throws as an import of it, and what is wrong with the data */
export async function checkpointLogits(
  host: Host,
  folder: string,
  request: CheckpointRequest,
): Promise<LogitSet> {
  const { study, model, options } = await originOf(host, request, 'cairn analyse');
  const found = await openFolder(new NodeStore(folder), options);
  const states = found.map(({ file, count, weights }) => ({
    name: file,
    step: count,
    epoch: count,
    weights,
  }));
  const { dataset, validation } = study;
  const student = await studentIn(host, folder, study, options.names);
  return compute(host, { source: folder, model, dataset, validation, states, ...student }, request);
}

/** Files of the student that the study has. */
async function studentIn(
  host: Host,
  folder: string,
  { student: { model }, dataset }: Study,
  names: NameMap | undefined,
): Promise<Pick<States, 'student'>> {
  const store = new NodeStore(folder);
  const files = (await store.list('')).filter((name) => isStudentFile(name) && name.endsWith('.safetensors'));
  if (files.length === 0) return {};
  const registry = await host.registry();
  const graph = registry.create(model).graph(registry.create(dataset).spec);
  const options = { graph, ...(names === undefined ? {} : { names }) };
  const stages = await openFiles(store, options, files.sort(inOrder));
  return { student: { model, stages: stages.map(({ file, weights }) => ({ name: file, weights })) } };
}

/** @param id of a route that is here */
export async function routeLogits(host: Host, id: string, request: CheckpointRequest): Promise<LogitSet> {
  const { routes } = placesIn(host.home);
  const stored = await readManifest(routes, id);
  const model = stored && modelOf(stored);
  if (stored === undefined || model === undefined) throw new TypeError(`route ${id} has gone`);
  const route = viewOf(stored);
  const { epochs: only } = request;
  const kept = route.anchors.filter(({ epoch }) => only === undefined || only.includes(epoch));
  const belongs = await dataOf(host, routes.at(id), route, request);
  const states = kept.map((anchor) => ({
    name: anchor.file,
    step: anchor.id,
    epoch: anchor.epoch,
    weights: () => loadAnchor(routes, stored, anchor.id),
  }));
  const digest = stored.dataset === '' || request.study !== undefined ? {} : { digest: stored.dataset };
  const whole = kept.length === route.anchors.length ? { route } : {};
  return compute(host, { source: `route ${id}`, model, ...belongs, ...digest, ...whole, states }, request);
}

/** Data and held-out samples: those of the study that is named, else those that the route was recorded with. */
async function dataOf(
  host: Host,
  folder: ReturnType<NodeStore['at']>,
  route: Manifest,
  request: CheckpointRequest,
): Promise<Pick<States, 'dataset' | 'validation'>> {
  const imported = importedFacts(route);
  const file = request.study === undefined ? await readRunFile(folder) : undefined;
  if (file !== undefined) return { dataset: file.dataset, validation: file.spec.validation };
  const study = request.study ?? imported?.study;
  if (study === undefined || !host.studies.names.includes(study)) {
    throw new UsageError('CAIRN_STUDY_UNKNOWN', `cairn analyse: route ${route.id} does not say its data`, {
      fix: `--study=<${host.studies.names.join(' | ')}>`,
    });
  }
  const declared = await host.studies.load(study);
  const profile = request.profile ?? declared.defaultProfile;
  const { study: resolved } = resolveStudy(declared, await host.registry(), profile, request.overrides);
  const dataset = request.study === undefined ? (imported?.dataset ?? resolved.dataset) : resolved.dataset;
  return { dataset, validation: resolved.validation };
}

async function compute(
  host: Host,
  states: States,
  { split, backend: id }: CheckpointRequest,
): Promise<LogitSet> {
  const registry = await host.registry();
  const { backend } = await startBackend(host, id ?? DEFAULT_BACKEND, undefined);
  const splits = await openSplits(host, registry, states.dataset, { fetch: false, say: () => undefined });
  if (states.digest !== undefined) checkDigest(splits, states.digest);
  const { data, rows } = samplesOf(splits, states, split);
  const batches = new BatchMaker(data, splits.spec.input);
  const logitsOf = <T extends Weighed>(model: PluginData<'model'>, all: readonly T[]) =>
    logitsOfStates(
      backend.compile(graphIn(registry, model, splits), { taps: [], train: false }),
      all,
      (network) => {
        host.signal.throwIfAborted();
        return predictLogits(network, batches, rows);
      },
    );
  const anchors = await logitsOf(states.model, states.states);
  const students = states.student && (await logitsOf(states.student.model, states.student.stages));
  const [first, ...rest] = anchors;
  if (first === undefined)
    throw new UsageError('CAIRN_OPTION_INVALID', '--epochs: none of them is in the route');
  const labels = Int32Array.from(rows, (row) => data.labels[row] ?? 0);
  const { classes } = splits.spec;
  const all = [first, ...rest] as const;
  const { source, route = bareRoute(all), digest } = states;
  const notes = split === 'val' && digest === undefined ? [SEEN] : [];
  return {
    ...{ source, split, samples: rows.length, classes, labels, route, notes },
    anchors: all,
    students: students ?? [],
  };
}

function graphIn(registry: Registry, model: PluginData<'model'>, { spec }: Splits): NetworkGraph {
  return registry.create(model).graph(spec);
}

/** One after the other in one network, which is disposed. */
async function logitsOfStates<T extends Weighed>(
  network: Network,
  states: readonly T[],
  predict: (network: Network) => Promise<Float32Array>,
): Promise<readonly (Omit<T, 'weights'> & { readonly logits: Float32Array })[]> {
  const found = [];
  try {
    for (const { weights, ...state } of states) {
      network.load({ weights: await weights(), optimizer: {}, updates: 0 });
      found.push({ ...state, logits: await predict(network) });
    }
    return found;
  } finally {
    network.dispose();
  }
}

/** The samples that policies look at, or the whole test split. */
function samplesOf({ train, test }: Splits, { validation }: States, split: 'val' | 'test') {
  if (split === 'test') return { data: test, rows: Int32Array.from({ length: test.size }, (_, i) => i) };
  const { held } = carve(train.labels, validation.fraction, validation.seed);
  if (held.length === 0) {
    throw new UsageError('CAIRN_PROBE_EMPTY', 'cairn analyse: nothing is held out for validation', {
      fix: '--validation.fraction=0.1, or --split=test',
    });
  }
  return { data: train, rows: stratified(held, train.labels, validation.probe, validation.seed) };
}
