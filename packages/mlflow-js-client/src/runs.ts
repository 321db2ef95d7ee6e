import type { NewRun, RunsApi, SearchOptions } from './api.ts';
import { checkTime, encodePairs } from './codec.ts';
import { decodeMetric, decodeRun, list, pageToken } from './decode.ts';
import { invalid, MlflowError } from './errors.ts';
import { logCalls } from './log.ts';
import type { CallOptions } from './options.ts';
import { allPages, type Rest } from './rest.ts';
import { wasNotProcessed } from './retry.ts';
import type { Page, Run } from './types.ts';

/** How often a lost answer is looked into before it is given up. */
const LOST_ANSWERS = 3;

export function runsApi(rest: Rest): RunsApi {
  const search = (ids: readonly string[], options: SearchOptions = {}): Promise<Page<Run>> =>
    searchRuns(rest, ids, options);
  const post = async (path: string, json: object, options?: CallOptions): Promise<void> =>
    void (await rest.post(path, json, options));
  return {
    create: (run, options) => create(rest, run, options),
    getOrCreate: (run, uniqueTag, options) => getOrCreate(rest, run, uniqueTag, options),
    update: async (runId, { status, endTime, name }, options) =>
      post(
        'runs/update',
        {
          run_id: runId,
          status,
          run_name: name,
          ...(endTime !== undefined && { end_time: checkTime(endTime, 'endTime') }),
        },
        options,
      ),
    get: async (runId, options) => decodeRun((await rest.get('runs/get', { run_id: runId }, options))['run']),
    search,
    searchAll: (ids, options) =>
      allPages((token) => search(ids, { ...options, ...(token !== undefined && { pageToken: token }) })),
    delete: (runId, options) => post('runs/delete', { run_id: runId }, options),
    restore: (runId, options) => post('runs/restore', { run_id: runId }, options),
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

async function create(rest: Rest, run: NewRun, options: CallOptions = {}): Promise<Run> {
  const { experimentId, name, userId, startTime = Date.now(), tags = {}, parentRunId } = run;
  const named = name === undefined ? tags : { ...tags, 'mlflow.runName': name };
  const all = parentRunId === undefined ? named : { ...named, 'mlflow.parentRunId': parentRunId };
  const json = {
    experiment_id: experimentId,
    user_id: userId,
    run_name: name,
    start_time: checkTime(startTime, 'startTime'),
    tags: encodePairs('tag', all),
  };
  const answer = await rest.post('runs/create', json, { ...options, repeatable: false });
  return decodeRun(answer['run']);
}

async function getOrCreate(
  rest: Rest,
  run: NewRun,
  uniqueTag: string,
  options: CallOptions = {},
): Promise<{ run: Run; created: boolean }> {
  const value = run.tags?.[uniqueTag];
  if (value === undefined) throw invalid(`run.tags has no "${uniqueTag}", by which the run is to be found`);
  const filter = `tags.\`${uniqueTag}\` = ${quoted(String(value))}`;
  for (let lost = 0; ; lost++) {
    const { items } = await searchRuns(rest, [run.experimentId], { ...options, filter, maxResults: 1 });
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

async function searchRuns(
  rest: Rest,
  experimentIds: readonly string[],
  options: SearchOptions,
): Promise<Page<Run>> {
  const { filter, orderBy, maxResults = 1000, viewType = 'ACTIVE_ONLY', pageToken: token } = options;
  const json = {
    experiment_ids: experimentIds,
    filter,
    order_by: orderBy,
    max_results: maxResults,
    run_view_type: viewType,
    page_token: token,
  };
  const answer = await rest.post('runs/search', json, options);
  return { items: list(answer['runs']).map(decodeRun), nextPageToken: pageToken(answer) };
}
