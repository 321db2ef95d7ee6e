import type { ModelsApi } from './api.ts';
import { decodeModel, list, pageToken } from './decode.ts';
import { encodePairs } from './encode.ts';
import { allPages, type Rest } from './rest.ts';

export function modelsApi(rest: Rest): ModelsApi {
  const once = { repeatable: false };
  const path = (modelId: string): string => `logged-models/${encodeURIComponent(modelId)}`;
  const search: ModelsApi['search'] = async (experimentIds, options = {}) => {
    const { filter, pageSize = 100, pageToken: token } = options;
    const json = { experiment_ids: experimentIds, filter, max_results: pageSize, page_token: token };
    const answer = await rest.post('logged-models/search', json, options);
    return { items: list(answer['models']).map(decodeModel), nextPageToken: pageToken(answer) };
  };
  return {
    create: async (model, options) => {
      const { experimentId, name, sourceRunId, modelType, params, tags } = model;
      const json = {
        experiment_id: experimentId,
        name,
        source_run_id: sourceRunId,
        model_type: modelType,
        params: encodePairs('param', params),
        tags: encodePairs('tag', tags),
      };
      const answer = await rest.post('logged-models', json, { ...options, ...once });
      return decodeModel(answer['model']);
    },
    get: async (modelId, options) => decodeModel((await rest.get(path(modelId), {}, options))['model']),
    finish: async (modelId, status, options) => {
      const json = { model_id: modelId, status: `LOGGED_MODEL_${status}` };
      return decodeModel((await rest.patch(path(modelId), json, options))['model']);
    },
    setTags: async (modelId, tags, options) => {
      const json = { model_id: modelId, tags: encodePairs('tag', tags) };
      await rest.patch(`${path(modelId)}/tags`, json, options);
    },
    logParams: async (modelId, params, options) => {
      const json = { model_id: modelId, params: encodePairs('param', params) };
      await rest.post(`${path(modelId)}/params`, json, { ...options, ...once });
    },
    search,
    searchAll: (ids, options) => allPages((token) => search(ids, { ...options, pageToken: token })),
  };
}
