/** What a run is told while it goes on. All of it may be sent twice without harm. */
import { invalid } from './errors.ts';
import type { LogOptions, RunsApi } from './api.ts';
import { finite, planBatch } from './batch.ts';
import { characters, checkKey, checkStep, encodeMetric, encodeText, limits } from './codec.ts';
import type { CallOptions } from './options.ts';
import type { Rest } from './rest.ts';
import type { DatasetInput, Scalar, Warning } from './types.ts';

type LogCalls = Pick<
  RunsApi,
  | 'log'
  | 'logMetric'
  | 'logParam'
  | 'setTag'
  | 'deleteTag'
  | 'logDatasets'
  | 'logModelInputs'
  | 'logModelOutputs'
>;

export function logCalls(rest: Rest): LogCalls {
  const post = async (path: string, json: object, options?: CallOptions): Promise<void> =>
    void (await rest.post(path, json, options));
  const logText = async (
    kind: 'param' | 'tag',
    runId: string,
    key: string,
    value: Scalar,
    options: LogOptions = {},
  ): Promise<readonly Warning[]> => {
    const { text, warnings } = encodeText(kind, key, value, options.tooLong);
    const path = kind === 'param' ? 'runs/log-parameter' : 'runs/set-tag';
    await post(path, { run_id: runId, key, value: text }, options);
    return warnings;
  };
  return {
    log: async (runId, batch, options = {}) => {
      const { bodies, report } = planBatch(runId, batch, options);
      for (const body of bodies) await rest.post('runs/log-batch', body, options);
      return report;
    },
    logMetric: async (runId, metric, options = {}) => {
      const warnings: Warning[] = [];
      const sent = options.nonFinite === 'send' ? [metric] : finite([metric], warnings);
      for (const one of sent) await post('runs/log-metric', { run_id: runId, ...encodeMetric(one) }, options);
      return warnings;
    },
    logParam: (runId, key, value, options) => logText('param', runId, key, value, options),
    setTag: (runId, key, value, options) => logText('tag', runId, key, value, options),
    deleteTag: async (runId, key, options) =>
      post('runs/delete-tag', { run_id: runId, key: checkKey(key, 'tag') }, options),
    logDatasets: async (runId, datasets, options) =>
      post('runs/log-inputs', { run_id: runId, datasets: datasets.map(encodeDataset) }, options),
    logModelInputs: async (runId, modelIds, options) =>
      post('runs/log-inputs', { run_id: runId, models: modelIds.map((id) => ({ model_id: id })) }, options),
    logModelOutputs: async (runId, outputs, options) => {
      const models = outputs.map(({ modelId, step }) => ({
        model_id: modelId,
        step: checkStep(step, `The step of model ${modelId}`),
      }));
      return post('runs/outputs', { run_id: runId, models }, options);
    },
  };
}

function encodeDataset(dataset: DatasetInput): object {
  const { name, digest, sourceType, source, schema, profile, context } = dataset;
  checkLength('name', name, limits.datasetName, name);
  checkLength('digest', digest, limits.datasetDigest, name);
  checkLength('source', source, limits.datasetSource, name);
  return {
    tags: context === undefined ? [] : [{ key: 'mlflow.data.context', value: context }],
    dataset: { name, digest, source_type: sourceType, source, schema, profile },
  };
}

function checkLength(what: string, value: string, limit: number, name: string): void {
  const length = characters(value);
  if (length === 0 || length > limit)
    throw invalid(`The ${what} of dataset "${name}" has ${length} characters: 1 to ${limit} are allowed`);
}
