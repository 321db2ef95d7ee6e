import { suggestion, UsageError, type HostTensors, type PluginData, type Registry } from '@cairn/core';
import { BatchMaker, evaluate, type EvaluationSet, carve } from '@cairn/engine';
import { loadAnchor, readManifest, readSafetensors, viewOf } from '@cairn/route';
import { evalSpec } from '../args/specs.ts';
import type { Command, Host } from '../command.ts';
import { NodeStore } from '../files/index.ts';
import { print, printJson } from '../output.ts';
import { DEFAULT_BACKEND } from '../study/open-study.ts';
import { openSplits, startBackend } from '../study/ground.ts';
import { placesIn } from '../study/places.ts';
import { readWork } from '../study/work-file.ts';
import { resolveStudy } from '@cairn/engine';

/** Weights and what is needed to evaluate them. */
interface Subject {
  readonly weights: HostTensors;
  readonly model: PluginData<'model'>;
  readonly dataset: PluginData<'dataset'>;
  readonly evaluators: readonly PluginData<'evaluator'>[];
  readonly validation: { readonly fraction: number; readonly seed: number };
}

/** `cairn eval <run | route@step | file> [--study]` */
export const evaluation: Command<typeof evalSpec.flags> = {
  spec: evalSpec,
  async execute({ arguments: [what = ''], flags }, host) {
    const registry = await host.registry();
    const part = flags.split ?? 'test';
    if (part !== 'test' && part !== 'val') {
      throw new UsageError('CAIRN_OPTION_INVALID', `--split: got "${part}"`, { fix: 'test or val (default test)' });
    }
    const subject = await subjectOf(host, registry, what, flags.study);
    const { backend, info } = await startBackend(host, flags.backend ?? DEFAULT_BACKEND, undefined);
    const options = { fetch: false, say: () => undefined };
    const splits = await openSplits(host, registry, subject.dataset, options);
    const network = backend.compile(registry.create(subject.model).graph(splits.spec), { taps: [], train: false });
    try {
      network.load({ weights: subject.weights, optimizer: {}, updates: 0 });
      const evaluators = subject.evaluators.map((e) => registry.create(e));
      const metrics = await evaluate(network, evaluators, setOf(splits, subject, part));
      if (flags.json !== undefined) await printJson(host, flags.json, { what, numerics: info.numerics, metrics });
      if (flags.json === undefined || flags.json.file !== undefined) {
        print(host.out, Object.entries(metrics).map(([key, value]) => `${key.padEnd(16)} ${value.toPrecision(6)}`));
      }
      return 0;
    } finally {
      network.dispose();
    }
  },
};

function setOf(splits: Awaited<ReturnType<typeof openSplits>>, { validation }: Subject, part: 'test' | 'val'): EvaluationSet {
  if (part === 'test') {
    const rows = Int32Array.from({ length: splits.test.size }, (_, i) => i);
    return { phase: 'test', batches: new BatchMaker(splits.test, splits.spec.input), rows, labels: splits.test.labels };
  }
  const { labels } = splits.train;
  const rows = carve(labels, validation.fraction, validation.seed).held;
  return { phase: 'val', batches: new BatchMaker(splits.train, splits.spec.input), rows, labels };
}

async function subjectOf(host: Host, registry: Registry, what: string, studyName: string | undefined): Promise<Subject> {
  if (what.endsWith('.safetensors')) return fileSubject(host, registry, what, studyName);
  return what.includes('@') ? anchorSubject(host, registry, what, studyName) : runSubject(host, what);
}

async function runSubject(host: Host, what: string): Promise<Subject> {
  const [study = '', profile = '', run = ''] = what.split('/');
  const store = placesIn(host.home).study(study, profile);
  const { plan } = await readWork(store);
  const planned = plan.runs.find((r) => r.id === run);
  const file = `${run}/weights/last.safetensors`;
  const bytes = await store.read(file);
  if (planned === undefined || bytes === undefined) {
    const known = plan.runs.map((r) => `${study}/${profile}/${r.id}`);
    throw new UsageError('CAIRN_RUN_UNKNOWN', `cairn eval: no finished run "${what}"`, { fix: suggestion(what, known) });
  }
  const { model, evaluators, validation } = planned.spec;
  const weights = readSafetensors(bytes, `${store.location}/${file}`).tensors;
  return { weights, model, evaluators, validation, dataset: plan.study.dataset };
}

async function anchorSubject(host: Host, registry: Registry, what: string, studyName: string | undefined): Promise<Subject> {
  const [id = '', step = ''] = what.split('@');
  const store = placesIn(host.home).routes;
  const manifest = await readManifest(store, id);
  if (manifest === undefined) {
    const fix = suggestion(id, await store.list(''));
    throw new UsageError('CAIRN_ROUTE_UNKNOWN', `cairn eval: no route "${id}"`, { fix });
  }
  const weights = await loadAnchor(store, viewOf(manifest), Number(step));
  const study = await studyOf(host, registry, what, studyName);
  return { ...study, weights, model: manifest.config['model'] as unknown as PluginData<'model'> };
}

async function fileSubject(host: Host, registry: Registry, what: string, studyName: string | undefined): Promise<Subject> {
  const path = host.typedPath(what);
  const bytes = await new NodeStore('/').read(path.slice(1));
  if (bytes === undefined) {
    throw new UsageError('CAIRN_FILE_MISSING', `cairn eval: no file ${path}`, { fix: 'a .safetensors file' });
  }
  const study = await studyOf(host, registry, what, studyName);
  return { ...study, weights: readSafetensors(bytes, path).tensors };
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
