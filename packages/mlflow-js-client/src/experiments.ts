import type { ExperimentsApi, NewExperiment, SearchOptions } from './api.ts';
import { characters, checkKey, encodePairs, encodeText, limits } from './codec.ts';
import { decodeExperiment, list, pageToken, required } from './decode.ts';
import { invalid, MlflowError } from './errors.ts';
import type { CallOptions } from './options.ts';
import { allPages, type Rest } from './rest.ts';
import type { Experiment, Page } from './types.ts';

export function experimentsApi(rest: Rest): ExperimentsApi {
  const restore = async (experimentId: string, options?: CallOptions): Promise<void> =>
    void (await rest.post('experiments/restore', { experiment_id: experimentId }, options));
  const search = (options: SearchOptions = {}): Promise<Page<Experiment>> => searchExperiments(rest, options);
  return {
    create: (experiment, options) => create(rest, experiment, options),
    get: async (experimentId, options) => {
      const answer = await rest.get('experiments/get', { experiment_id: experimentId }, options);
      return decodeExperiment(answer['experiment']);
    },
    getByName: (name, options) => getByName(rest, name, options),
    getOrCreate: async (experiment, options = {}) => {
      const found = await findOrCreate(rest, experiment, options);
      if (found.lifecycleStage === 'active') return found;
      if (options.restore !== true)
        throw new MlflowError(`The experiment "${found.name}" (${found.experimentId}) was deleted`, {
          errorCode: 'INVALID_STATE',
          hint: 'Restore it (experiments.restore, or the option restore), or use another name.',
        });
      await restore(found.experimentId, options);
      return { ...found, lifecycleStage: 'active' };
    },
    search,
    searchAll: (options) =>
      allPages((token) => search({ ...options, ...(token !== undefined && { pageToken: token }) })),
    setTag: async (experimentId, key, value, options) => {
      const { text } = encodeText('tag', key, value, 'refuse', limits.experimentTag);
      const tag = { experiment_id: experimentId, key: checkKey(key, 'tag'), value: text };
      await rest.post('experiments/set-experiment-tag', tag, options);
    },
    delete: async (experimentId, options) =>
      void (await rest.post('experiments/delete', { experiment_id: experimentId }, options)),
    restore,
  };
}

async function create(rest: Rest, experiment: NewExperiment, options?: CallOptions): Promise<string> {
  const { name, artifactLocation, tags } = experiment;
  const length = characters(name);
  if (name === '' || length > limits.experimentName)
    throw invalid(
      `The name of the experiment has ${length} characters: 1 to ${limits.experimentName} are allowed`,
    );
  const json = {
    name,
    ...(artifactLocation !== undefined && { artifact_location: artifactLocation }),
    tags: encodePairs('tag', tags, limits.experimentTag),
  };
  const answer = await rest.post('experiments/create', json, options);
  return required(answer['experiment_id'], 'experiment_id');
}

async function getByName(rest: Rest, name: string, options?: CallOptions): Promise<Experiment | undefined> {
  try {
    const answer = await rest.get('experiments/get-by-name', { experiment_name: name }, options);
    return decodeExperiment(answer['experiment']);
  } catch (error) {
    if (error instanceof MlflowError && error.errorCode === 'RESOURCE_DOES_NOT_EXIST') return undefined;
    throw error;
  }
}

/** The name is unique on the server, so whoever comes second is told and finds what the first made. */
async function findOrCreate(
  rest: Rest,
  experiment: NewExperiment,
  options: CallOptions,
): Promise<Experiment> {
  const found = await getByName(rest, experiment.name, options);
  if (found !== undefined) return found;
  let refused: MlflowError | undefined;
  try {
    await create(rest, experiment, options);
  } catch (error) {
    if (!(error instanceof MlflowError && error.errorCode === 'RESOURCE_ALREADY_EXISTS')) throw error;
    refused = error;
  }
  const made = await getByName(rest, experiment.name, options);
  if (made !== undefined) return made;
  throw (
    refused ??
    new MlflowError(`The experiment "${experiment.name}" was made but is not there`, {
      errorCode: 'INVALID_RESPONSE',
    })
  );
}

async function searchExperiments(rest: Rest, options: SearchOptions): Promise<Page<Experiment>> {
  const { filter, orderBy, maxResults = 1000, viewType = 'ACTIVE_ONLY', pageToken: token } = options;
  const answer = await rest.post(
    'experiments/search',
    { filter, order_by: orderBy, max_results: maxResults, view_type: viewType, page_token: token },
    options,
  );
  return { items: list(answer['experiments']).map(decodeExperiment), nextPageToken: pageToken(answer) };
}
