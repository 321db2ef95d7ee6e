/** What a run is told while it goes on. */
import type { LogBatch, LogOptions, LogReport, RunsApi } from './api.ts';
import { planBatch, requestBodies, type Entry } from './batch.ts';
import { characters, checkKey, limits } from './encode.ts';
import { invalid } from './errors.ts';
import { checkFields } from './fields.ts';
import type { Rest } from './rest.ts';
import type { DatasetInput } from './types.ts';

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
  const log = async (runId: string, batch: LogBatch, options?: LogOptions): Promise<LogReport> => {
    const { bodies, report } = planBatch(runId, batch, options);
    for (const body of bodies) await rest.post('runs/log-batch', body, options);
    return report;
  };
  return {
    log,
    logMetric: (runId, metric, options) => log(runId, { metrics: [metric] }, options),
    logParam: (runId, key, value, options) => log(runId, { params: { [key]: value } }, options),
    setTag: (runId, key, value, options) => log(runId, { tags: { [key]: value } }, options),
    deleteTag: async (runId, key, options) => {
      const json = { run_id: runId, key: checkKey(key, 'tag') };
      await rest.post('runs/delete-tag', json, { ...options, repeatable: false });
    },
    logDatasets: async (runId, datasets, options) => {
      for (const body of requestBodies(runId, datasets.map(encodeDataset)))
        await rest.post('runs/log-inputs', body, options);
    },
    logModelInputs: async (runId, modelIds, options) => {
      const json = { run_id: runId, models: modelIds.map((id) => ({ model_id: id })) };
      await rest.post('runs/log-inputs', json, options);
    },
    logModelOutputs: async (runId, outputs, options) => {
      const json = {
        run_id: runId,
        models: outputs.map(({ modelId, step }) => ({ model_id: modelId, step })),
      };
      await rest.post('runs/outputs', json, { ...options, repeatable: false });
    },
  };
}

function encodeDataset({ name, digest, sourceType, source, schema, profile, context }: DatasetInput): Entry {
  const input = {
    tags: context === undefined ? [] : [{ key: 'mlflow.data.context', value: context }],
    dataset: { name, digest, source_type: sourceType, source, schema, profile },
  };
  checkFields(input, ` of dataset ${name}`);
  const lengths: readonly [what: string, value: string | undefined, from: number, to: number][] = [
    ['name', name, 1, limits.datasetName],
    ['digest', digest, 1, limits.datasetDigest],
    ['sourceType', sourceType, 1, limits.datasetSource],
    ['source', source, 1, limits.datasetSource],
    ['schema', schema, 0, limits.datasetSchema],
    ['profile', profile, 0, limits.datasetProfile],
    ['context', context, 0, limits.datasetContext],
  ];
  for (const [what, value = '', from, to] of lengths) {
    const length = characters(value);
    if (length < from || length > to)
      throw invalid(
        `The ${what} of dataset "${name}" has ${length} characters: ${from} to ${to} are allowed`,
      );
  }
  return { kind: 'datasets', json: JSON.stringify(input) };
}
