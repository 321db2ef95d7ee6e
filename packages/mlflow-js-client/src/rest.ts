/** The calls of `/api/2.0/mlflow` on a transport: what is sent is checked, what comes is an object. */
import { notMlflow } from './errors.ts';
import { isFields, type Fields } from './decode.ts';
import { checkFields } from './fields.ts';
import type { CallOptions } from './options.ts';
import type { Call, Query, Transport } from './transport.ts';
import type { Page } from './types.ts';

const ROOT = '/api/2.0/mlflow';

export interface PostOptions extends CallOptions {
  /** Whether doing it twice is as good as once, so that it may be sent again where an answer got lost. @default true */
  readonly repeatable?: boolean | undefined;
}

export interface Rest {
  readonly get: (path: string, query: Query, options?: CallOptions) => Promise<Fields>;
  /** @param json A text is sent as it is. */
  readonly post: (path: string, json: object | string, options?: PostOptions) => Promise<Fields>;
  readonly patch: (path: string, json: object, options?: CallOptions) => Promise<Fields>;
}

export function createRest(transport: Transport): Rest {
  const send = async (call: Call): Promise<Fields> => {
    const answer = await transport.json({ ...call, path: `${ROOT}/${call.path}` });
    if (isFields(answer)) return answer;
    throw notMlflow(
      `${call.method} ${call.path}: the answer is ${JSON.stringify(answer) ?? 'empty'}`,
      transport.uri,
    );
  };
  return {
    get: async (path, query, { signal } = {}) =>
      send({ method: 'GET', path, query: checkFields(query), signal }),
    post: async (path, json, { signal, repeatable } = {}) =>
      send({
        method: 'POST',
        path,
        json: typeof json === 'string' ? json : JSON.stringify(checkFields(json)),
        signal,
        repeatable,
      }),
    patch: async (path, json, { signal } = {}) =>
      send({ method: 'PATCH', path, json: JSON.stringify(checkFields(json)), signal }),
  };
}

/** Items of all pages. */
export async function* allPages<T>(page: (token: string | undefined) => Promise<Page<T>>): AsyncIterable<T> {
  let token: string | undefined;
  do {
    const { items, nextPageToken } = await page(token);
    yield* items;
    token = nextPageToken;
  } while (token !== undefined);
}
