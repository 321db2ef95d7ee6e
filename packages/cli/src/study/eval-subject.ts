/** What `cairn eval` was asked about: weights, and all that is needed to evaluate them. */
import { readFile } from 'node:fs/promises';
import {
  CairnError,
  convergedOf,
  suggestion,
  UsageError,
  type HostTensors,
  type PluginData,
  type Registry,
} from '@cairn/core';
import { resolveStudy, type RunSpec } from '@cairn/engine';
import { loadAnchor, readManifest, readSafetensors, viewOf } from '@cairn/route';
import type { Host } from '../command.ts';
import { fileError, systemCode } from '../files/index.ts';
import { importedFacts } from '../routes/imported.ts';
import { placesIn } from './places.ts';
import { readRunFile, type RunFile } from './run-file.ts';
import { runNames } from './run-names.ts';

export interface Subject {
  readonly weights: HostTensors;
  readonly model: PluginData<'model'>;
  readonly dataset: PluginData<'dataset'>;
  readonly evaluators: RunSpec['evaluators'];
  readonly validation: Pick<RunSpec['validation'], 'fraction' | 'seed'>;
  /** Of the data that the weights were trained on, where it is known. */
  readonly digest?: string;
  readonly backend?: string;
  readonly numerics?: string;
  /** The converged teacher that a student is compared with. */
  readonly teacher?: { readonly weights: HostTensors; readonly model: PluginData<'model'> };
}

/**
 * @param what `study/profile/run`, `route@step` or a file
 * @param study names the data and model of a bare file or of a route that was brought here
 */
export async function subjectOf(
  host: Host,
  registry: Registry,
  what: string,
  study: string | undefined,
): Promise<Subject> {
  if (what.endsWith('.safetensors')) return fileSubject(host, registry, what, study);
  return what.includes('@') ? anchorSubject(host, registry, what, study) : runSubject(host, what);
}

function described({ spec, dataset, digest, backend, numerics }: RunFile): Omit<Subject, 'weights'> {
  const { model, evaluators, validation } = spec;
  return { model, evaluators, validation, dataset, digest, backend, numerics };
}

async function runSubject(host: Host, what: string): Promise<Subject> {
  const places = placesIn(host.home);
  const all = places.runs;
  const known = await runNames(all);
  if (!known.includes(what)) {
    const fix = suggestion(what, known);
    throw new UsageError('CAIRN_RUN_UNKNOWN', `cairn eval: no run "${what}"`, { fix });
  }
  const store = all.at(what);
  const [file, bytes] = [await readRunFile(store), await store.read('weights/last.safetensors')];
  if (file === undefined || bytes === undefined) {
    const fix = 'the command of its study goes on with it';
    throw new UsageError('CAIRN_RUN_UNFINISHED', `cairn eval: "${what}" is not finished`, { fix });
  }
  const weights = readSafetensors(bytes, `${store.location}/weights/last.safetensors`).tensors;
  const { route } = file;
  const manifest = route === undefined ? undefined : await readManifest(places.routes, route.id);
  if (route === undefined || manifest === undefined) return { ...described(file), weights };
  const converged = convergedOf(viewOf(manifest)).id;
  const teacher = { weights: await loadAnchor(places.routes, manifest, converged), model: route.model };
  return { ...described(file), weights, teacher };
}

async function anchorSubject(
  host: Host,
  registry: Registry,
  what: string,
  study: string | undefined,
): Promise<Subject> {
  const [wanted = '', step = ''] = what.split('@');
  const store = placesIn(host.home).routes;
  const ids = await store.list('');
  const [id, second] = wanted === '' ? [] : ids.filter((each) => each.startsWith(wanted));
  const manifest = id === undefined || second !== undefined ? undefined : await readManifest(store, id);
  if (manifest === undefined) {
    const problem = second === undefined ? `no route "${wanted}"` : `"${wanted}" begins several routes`;
    throw new UsageError('CAIRN_ROUTE_UNKNOWN', `cairn eval: ${problem}`, { fix: suggestion(wanted, ids) });
  }
  if (!/^\d+$/.test(step)) {
    const steps = manifest.anchors.map((a) => a.id).join(', ');
    throw new UsageError('CAIRN_ARGUMENT_UNKNOWN', `cairn eval: step of the anchor: got "${step}"`, {
      fix: `${manifest.id}@<step>: ${steps}`,
    });
  }
  const weights = await loadAnchor(store, manifest, Number(step));
  const file = await readRunFile(store.at(manifest.id));
  if (file !== undefined && study === undefined) return { ...described(file), weights };
  const imported = importedFacts(manifest);
  const { dataset, evaluators, validation } = await studyOf(host, registry, what, study ?? imported?.study);
  const model = manifest.config['model'] as unknown as PluginData<'model'>;
  const belongs = { weights, model, evaluators, validation };
  // What another program trained has neither our digest nor our numerics.
  if (imported !== undefined)
    return { ...belongs, dataset: study === undefined ? (imported.dataset ?? dataset) : dataset };
  return { ...belongs, dataset, digest: manifest.dataset, numerics: manifest.numerics };
}

async function fileSubject(
  host: Host,
  registry: Registry,
  what: string,
  study: string | undefined,
): Promise<Subject> {
  const path = host.typedPath(what);
  const belongs = await studyOf(host, registry, what, study);
  try {
    const bytes = await readFile(path);
    return { ...belongs, weights: readSafetensors(new Uint8Array(bytes), path).tensors };
  } catch (error) {
    if (error instanceof CairnError) throw error;
    if (systemCode(error) !== 'ENOENT') throw fileError('read', path, error);
    throw new UsageError('CAIRN_FILE_MISSING', `cairn eval: no file ${path}`, { fix: 'a .safetensors file' });
  }
}

async function studyOf(
  host: Host,
  registry: Registry,
  what: string,
  name: string | undefined,
): Promise<Omit<Subject, 'weights'>> {
  if (name === undefined || !host.studies.names.includes(name)) {
    const got = name === undefined ? `"${what}" says nothing of its data` : `--study: no study "${name}"`;
    throw new UsageError('CAIRN_STUDY_UNKNOWN', got, { fix: `--study=<${host.studies.names.join(' | ')}>` });
  }
  const file = await host.studies.load(name);
  const { study } = resolveStudy(file, registry, file.defaultProfile, {});
  const { dataset, evaluators, validation } = study;
  return { dataset, evaluators, validation, model: study.student.model };
}
