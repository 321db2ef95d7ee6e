/** Answers of the server as our types. What is missing is empty; what has no identity is an error. */
import { MlflowError } from './errors.ts';
import type {
  DatasetInput,
  Experiment,
  LifecycleStage,
  LoggedModel,
  Metric,
  Run,
  RunStatus,
  Texts,
} from './types.ts';

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function fields(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** An int64 comes as a number or as a string. */
export function integer(value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** Set by the server, and nothing can be done without it. */
export function required(value: unknown, what: string): string {
  const found = text(value);
  if (found !== '') return found;
  throw new MlflowError(`The answer has no ${what}`, {
    errorCode: 'INVALID_RESPONSE',
    hint: 'Is this address that of an MLflow server?',
  });
}

export function pageToken(answer: Fields): string | undefined {
  return text(answer['next_page_token']) || undefined;
}

export function decodeExperiment(value: unknown): Experiment {
  const from = fields(value);
  return {
    experimentId: required(from['experiment_id'], 'experiment_id'),
    name: text(from['name']),
    artifactLocation: text(from['artifact_location']),
    lifecycleStage: stage(from['lifecycle_stage']),
    tags: pairs(from['tags']),
  };
}

export function decodeRun(value: unknown): Run {
  const { info: i, data: d, inputs: n, outputs: o } = fields(value);
  const [info, data, inputs, outputs] = [fields(i), fields(d), fields(n), fields(o)];
  const tags = pairs(data['tags']);
  return {
    runId: required(info['run_id'], 'run_id'),
    experimentId: text(info['experiment_id']),
    name: text(info['run_name']) || (tags['mlflow.runName'] ?? ''),
    userId: text(info['user_id']),
    status: text(info['status']) as RunStatus,
    startTime: integer(info['start_time']),
    endTime: integer(info['end_time']),
    artifactUri: text(info['artifact_uri']),
    lifecycleStage: stage(info['lifecycle_stage']),
    metrics: record(list(data['metrics']).map((m) => [text(m['key']), decodeMetric(m)])),
    params: pairs(data['params']),
    tags,
    datasets: list(inputs['dataset_inputs']).map(decodeDataset),
    modelInputs: list(inputs['model_inputs']).map((m) => text(m['model_id'])),
    modelOutputs: list(outputs['model_outputs']).map((m) => ({
      modelId: text(m['model_id']),
      step: integer(m['step']) ?? 0,
    })),
  };
}

export function decodeMetric(value: unknown): Metric {
  const from = fields(value);
  return {
    key: text(from['key']),
    value: Number(from['value'] ?? 0),
    step: integer(from['step']) ?? 0,
    timestamp: integer(from['timestamp']) ?? 0,
    ...optional('datasetName', from['dataset_name']),
    ...optional('datasetDigest', from['dataset_digest']),
    ...optional('modelId', from['model_id']),
  };
}

export function decodeModel(value: unknown): LoggedModel {
  const { info: i, data: d } = fields(value);
  const [info, data] = [fields(i), fields(d)];
  return {
    modelId: required(info['model_id'], 'model_id'),
    experimentId: text(info['experiment_id']),
    name: text(info['name']),
    modelType: text(info['model_type']),
    sourceRunId: text(info['source_run_id']),
    status: text(info['status']).replace(/^LOGGED_MODEL_/, ''),
    artifactUri: text(info['artifact_uri']),
    creationTime: integer(info['creation_timestamp_ms']),
    params: pairs(data['params']),
    tags: pairs(info['tags']),
  };
}

function decodeDataset(input: Fields): DatasetInput {
  const from = fields(input['dataset']);
  return {
    name: text(from['name']),
    digest: text(from['digest']),
    sourceType: text(from['source_type']),
    source: text(from['source']),
    ...optional('schema', from['schema']),
    ...optional('profile', from['profile']),
    ...optional('context', pairs(input['tags'])['mlflow.data.context']),
  };
}

function pairs(value: unknown): Texts {
  return record(list(value).map((pair) => [text(pair['key']), text(pair['value'])]));
}

/** Also for keys like `__proto__`. */
function record<T>(entries: readonly (readonly [string, T])[]): Readonly<Record<string, T>> {
  return Object.fromEntries(entries);
}

function optional<K extends string>(key: K, value: unknown): { readonly [P in K]?: string } {
  const found = text(value);
  return (found === '' ? {} : { [key]: found }) as { readonly [P in K]?: string };
}

function stage(value: unknown): LifecycleStage {
  return value === 'deleted' ? 'deleted' : 'active';
}
