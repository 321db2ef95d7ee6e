/** The calls of `/api/2.0/mlflow` on a transport. */
import { fields, type Fields } from './decode.ts';
import type { CallOptions } from './options.ts';
import type { Call, Query, Transport } from './transport.ts';
import type { Page } from './types.ts';

const ROOT = '/api/2.0/mlflow';

export interface Rest {
  readonly get: (path: string, query: Query, options?: CallOptions) => Promise<Fields>;
  readonly post: (path: string, json: object | string, options?: Partial<Call>) => Promise<Fields>;
  readonly patch: (path: string, json: object, options?: CallOptions) => Promise<Fields>;
  readonly remove: (path: string, json: object, options?: CallOptions) => Promise<Fields>;
}

export function createRest(transport: Transport): Rest {
  const call = async (call: Call): Promise<Fields> =>
    fields(await transport.json({ ...call, path: `${ROOT}/${call.path}` }));
  return {
    get: (path, query, options) => call({ method: 'GET', path, query, signal: options?.signal }),
    post: (path, json, options = {}) => {
      const { signal, repeatable, retries } = options;
      return call({ method: 'POST', path, json, signal, repeatable, retries });
    },
    patch: (path, json, options) => call({ method: 'PATCH', path, json, signal: options?.signal }),
    remove: (path, json, options) => call({ method: 'DELETE', path, json, signal: options?.signal }),
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
