import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { isPluginData, isRecord, optionPath, type RunRecord, type Splits } from '@cairn/core';
import { carve, rowsToTrainOn, type RunSpec } from '@cairn/engine';
import { version } from '../version.ts';
import { provenanceTags } from './provenance.ts';
import type { WorkerGround } from './worker.ts';

export const JOURNAL = 'journal.jsonl';

export interface RunHeader {
  readonly name: string;
  /** What decides whether the run may be reused. */
  readonly hash: string;
  readonly spec: RunSpec;
  readonly tags: Readonly<Record<string, string>>;
}

/** The first records of a journal: who, what, on which data. */
export function headerRecords({ work, splits }: WorkerGround, header: RunHeader): RunRecord[] {
  const { study, numerics } = work.plan;
  const { spec, hash, name } = header;
  const tags = {
    'cairn.study': study.id,
    'cairn.profile': work.profile,
    'cairn.role': spec.role,
    'cairn.seed': String(spec.seed),
    'cairn.config': hash,
    'cairn.backend': work.backend,
    'cairn.device': deviceName(),
    'cairn.numerics': numerics,
    'cairn.version': version,
    ...(work.provenance === undefined ? {} : provenanceTags(work.provenance)),
    ...header.tags,
  };
  const parent = spec.role === 'student' && work.parentUid !== undefined ? { parentUid: work.parentUid } : {};
  const startTime = Date.now();
  return [
    { type: 'run_start', uid: randomUUID(), experiment: study.id, name, startTime, ...parent, tags },
    { type: 'params', params: flatten(spec) },
    ...datasetRecords(splits, spec),
  ];
}

/** The rows that are trained on, those held out where there are some, and the test split. */
function datasetRecords({ spec: { id }, digest, train, test }: Splits, spec: RunSpec): RunRecord[] {
  const { labels } = train;
  const rows = carve(labels, spec.validation.fraction, spec.validation.seed);
  const trained = rowsToTrainOn(rows.train, labels, spec).length;
  const parts = [
    { context: 'train', rows: trained },
    ...(rows.held.length === 0 ? [] : [{ context: 'val', rows: rows.held.length } as const]),
    { context: 'test', rows: test.size },
  ] as const;
  return parts.map((part) => ({
    type: 'dataset',
    name: id,
    digest: digest.slice(0, 32),
    source: id,
    ...part,
  }));
}

/** What computes, for people. */
function deviceName(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? '';
  return model === '' || model === 'unknown' ? `${process.arch} processor` : model;
}

/** Options by their path, such as `model.depth`; a plugin's id stands at its own path. */
export function flatten(value: unknown, path: readonly string[] = []): Record<string, string> {
  if (value === undefined) return {};
  if (isPluginData(value)) return { [optionPath(path)]: value.id, ...flatten(value.options, path) };
  if (Array.isArray(value) && value.some(isRecord)) {
    return Object.assign({}, ...value.map((item, i) => flatten(item, [...path, String(i)]))) as Record<
      string,
      string
    >;
  }
  if (!isRecord(value))
    return { [optionPath(path)]: typeof value === 'string' ? value : JSON.stringify(value) };
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, item]) => flatten(item, [...path, key])),
  ) as Record<string, string>;
}
