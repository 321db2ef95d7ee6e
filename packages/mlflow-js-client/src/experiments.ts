import type { ExperimentsApi, NewExperiment, SearchOptions } from './api.ts';
import { decodeExperiment, list, pageToken, required } from './decode.ts';
import { characters, encodePairs, encodeText, limits } from './encode.ts';
import { invalid, MlflowError } from './errors.ts';
import { allPages, type PostOptions, type Rest } from './rest.ts';
import type { Experiment, Page } from './types.ts';

export function experimentsApi(rest: Rest): ExperimentsApi {
  const once = { repeatable: false };
  const getByName: ExperimentsApi['getByName'] = async (name, options) => {
    const query = { experiment_name: name };
    const answer = await unless(
      'RESOURCE_DOES_NOT_EXIST',
      rest.get('experiments/get-by-name', query, options),
    );
    return answer === undefined ? undefined : decodeExperiment(answer['experiment']);
  };
  const restore = async (experimentId: string, options: PostOptions): Promise<void> =>
    void (await rest.post('experiments/restore', { experiment_id: experimentId }, options));
  const search: ExperimentsApi['search'] = (options) => searchPage(rest, options);
  return {
    create: (experiment, options) => create(rest, experiment, { ...options, ...once }),
    get: async (experimentId, options) => {
      const answer = await rest.get('experiments/get', { experiment_id: experimentId }, options);
      return decodeExperiment(answer['experiment']);
    },
    getByName,
    getOrCreate: async (experiment, options = {}) => {
      const { name } = experiment;
      const found = await findOrCreate(rest, experiment, options, () => getByName(name, options));
      if (found.lifecycleStage === 'active') return found;
      if (options.restore !== true)
        throw new MlflowError(`The experiment "${found.name}" (${found.experimentId}) was deleted`, {
          errorCode: 'INVALID_STATE',
          hint: 'Restore it (experiments.restore, or the option restore), or use another name.',
        });
      // Somebody else may have done it by now.
      await unless('RESOURCE_DOES_NOT_EXIST', restore(found.experimentId, options));
      return { ...found, lifecycleStage: 'active' };
    },
    search,
    searchAll: (options) => allPages((token) => search({ ...options, pageToken: token })),
    setTag: async (experimentId, key, value, options) => {
      const { text } = encodeText('tag', key, value, 'refuse', limits.experimentTag);
      await rest.post(
        'experiments/set-experiment-tag',
        { experiment_id: experimentId, key, value: text },
        options,
      );
    },
    delete: async (experimentId, options) =>
      void (await rest.post('experiments/delete', { experiment_id: experimentId }, { ...options, ...once })),
    restore: (experimentId, options) => restore(experimentId, { ...options, ...once }),
  };
}

async function searchPage(rest: Rest, options: SearchOptions = {}): Promise<Page<Experiment>> {
  const { filter, orderBy, pageSize = 1000, viewType = 'ACTIVE_ONLY', pageToken: token } = options;
  const json = {
    filter,
    order_by: orderBy,
    max_results: pageSize,
    view_type: viewType,
    page_token: token,
  };
  const answer = await rest.post('experiments/search', json, options);
  return { items: list(answer['experiments']).map(decodeExperiment), nextPageToken: pageToken(answer) };
}

async function create(rest: Rest, experiment: NewExperiment, options: PostOptions): Promise<string> {
  const { name, artifactLocation, tags } = experiment;
  const length = characters(name);
  if (length === 0 || length > limits.experimentName)
    throw invalid(
      `The name of the experiment has ${length} characters: 1 to ${limits.experimentName} are allowed`,
    );
  const pairs = encodePairs('tag', tags, limits.experimentTag);
  const json = { name, artifact_location: artifactLocation, tags: pairs };
  const answer = await rest.post('experiments/create', json, options);
  return required(answer['experiment_id'], 'experiment_id');
}

/** The name is unique on the server, so whoever comes second is told, and finds what the first made. */
async function findOrCreate(
  rest: Rest,
  experiment: NewExperiment,
  options: PostOptions,
  find: () => Promise<Experiment | undefined>,
): Promise<Experiment> {
  const found = await find();
  if (found !== undefined) return found;
  await unless('RESOURCE_ALREADY_EXISTS', create(rest, experiment, options));
  const made = await find();
  if (made !== undefined) return made;
  throw new MlflowError(`The experiment "${experiment.name}" was made but is not there`, {
    errorCode: 'INVALID_RESPONSE',
  });
}

/** Undefined where it is refused for this reason. */
async function unless<T>(errorCode: string, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof MlflowError && error.errorCode === errorCode) return undefined;
    throw error;
  }
}
