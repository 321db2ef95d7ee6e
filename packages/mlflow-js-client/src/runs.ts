import type { NewRun, RunsApi } from './api.ts';
import { decodeMetric, decodeRun, list, pageToken } from './decode.ts';
import { checkKey, checkTime, encodePairs } from './encode.ts';
import { invalid, MlflowError } from './errors.ts';
import { logCalls } from './log.ts';
import type { CallOptions } from './options.ts';
import { allPages, type Rest } from './rest.ts';
import { wasNotProcessed } from './retry.ts';
import type { Run } from './types.ts';

/** How often a lost answer is looked into before it is given up. */
const LOST_ANSWERS = 3;

export function runsApi(rest: Rest): RunsApi {
  const search: RunsApi['search'] = async (experimentIds, options = {}) => {
    const { filter, orderBy, pageSize = 1000, viewType = 'ACTIVE_ONLY', pageToken: token } = options;
    const json = {
      experiment_ids: experimentIds,
      filter,
      order_by: orderBy,
      max_results: pageSize,
      run_view_type: viewType,
      page_token: token,
    };
    const answer = await rest.post('runs/search', json, options);
    return { items: list(answer['runs']).map(decodeRun), nextPageToken: pageToken(answer) };
  };
  return {
    create: (run, options) => create(rest, run, options),
    getOrCreate: (run, uniqueTag, options) => getOrCreate(rest, search, run, uniqueTag, options),
    update: async (runId, { status, endTime, name }, options) => {
      const end = endTime === undefined ? undefined : checkTime(endTime, 'endTime');
      const json = { run_id: runId, status, run_name: name, end_time: end };
      await rest.post('runs/update', json, options);
    },
    get: async (runId, options) => decodeRun((await rest.get('runs/get', { run_id: runId }, options))['run']),
    search,
    searchAll: (ids, options) => allPages((token) => search(ids, { ...options, pageToken: token })),
    delete: async (runId, options) => void (await rest.post('runs/delete', { run_id: runId }, options)),
    restore: async (runId, options) => void (await rest.post('runs/restore', { run_id: runId }, options)),
    ...logCalls(rest),
    metricHistory: (runId, key, options = {}) =>
      allPages(async (token) => {
        const { pageSize = 5000 } = options;
        // Without max_results the first page is empty.
        const query = { run_id: runId, metric_key: key, max_results: pageSize, page_token: token };
        const answer = await rest.get('metrics/get-history', query, options);
        return { items: list(answer['metrics']).map(decodeMetric), nextPageToken: pageToken(answer) };
      }),
  };
}

async function create(rest: Rest, run: NewRun, options?: CallOptions): Promise<Run> {
  const { experimentId, name, userId, startTime = Date.now(), tags, parentRunId } = run;
  const json = {
    experiment_id: experimentId,
    user_id: userId,
    run_name: name,
    start_time: checkTime(startTime, 'startTime'),
    tags: encodePairs('tag', {
      ...tags,
      ...(name !== undefined && { 'mlflow.runName': name }),
      ...(parentRunId !== undefined && { 'mlflow.parentRunId': parentRunId }),
    }),
  };
  const answer = await rest.post('runs/create', json, { ...options, repeatable: false });
  return decodeRun(answer['run']);
}

async function getOrCreate(
  rest: Rest,
  search: RunsApi['search'],
  run: NewRun,
  uniqueTag: string,
  options?: CallOptions,
): Promise<{ run: Run; created: boolean }> {
  const value = run.tags?.[uniqueTag];
  if (value === undefined) throw invalid(`run.tags has no "${uniqueTag}", by which the run is to be found`);
  const filter = `tags.\`${checkKey(uniqueTag, 'tag')}\` = ${quoted(String(value))}`;
  for (let lost = 0; ; lost++) {
    const { items } = await search([run.experimentId], { ...options, filter, pageSize: 1 });
    if (items[0] !== undefined) return { run: items[0], created: lost > 0 };
    try {
      return { run: await create(rest, run, options), created: true };
    } catch (error) {
      const ambiguous = error instanceof MlflowError && error.retryable && !wasNotProcessed(error);
      if (!ambiguous || lost >= LOST_ANSWERS) throw error;
    }
  }
}

/** Filters have no escapes, but two kinds of quotes. */
function quoted(value: string): string {
  const quote = value.includes("'") ? '"' : "'";
  if (value.includes(quote)) throw invalid(`"${value}" has both kinds of quotes and cannot be searched for`);
  return `${quote}${value}${quote}`;
}
