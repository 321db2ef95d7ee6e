/** Data and backend of a study: what planning, working and evaluating stand on. */
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  BackendError,
  DataError,
  suggestion,
  UsageError,
  type Backend,
  type BackendInfo,
  type BackendOptions,
  type Dataset,
  type PluginData,
  type Registry,
  type Splits,
} from '@cairn/core';
import type { Host } from '../command.ts';
import { openContext, type FetchProgress } from '../data/index.ts';
import { placesIn } from './places.ts';
import { tunedWay } from './tuned.ts';

/** Folders in which data sets are looked for, in order. */
export function dataRoots(host: Pick<Host, 'env' | 'home' | 'typedPath'>): string[] {
  const shared = (host.env['CAIRN_DATA'] ?? '').split(delimiter).filter((path) => path !== '');
  return [...shared.map((path) => host.typedPath(path)), join(host.home, 'data')];
}

export interface FetchOptions {
  /** Whether what is missing may be downloaded. */
  readonly fetch: boolean;
  readonly say: (text: string) => void;
}

/** Opens a data set. @throws CAIRN_DATA_… */
export async function openSplits(
  host: Host,
  registry: Registry,
  data: PluginData<'dataset'>,
  options: FetchOptions,
): Promise<Splits> {
  const dataset: Dataset = registry.create(data);
  const { fetch, say } = options;
  return dataset.open(
    openContext(dataRoots(host), { fetch, signal: host.signal, progress: fetchLines(say) }),
  );
}

/** A line at the start and at every tenth of a download. */
export function fetchLines(say: (text: string) => void): (progress: FetchProgress) => void {
  let shown = '';
  return ({ id, step, done, total }) => {
    const tenth = Math.floor((10 * done) / Math.max(1, total));
    const text = `data ${id}: ${step} ${tenth * 10} % of ${(total / 1e6).toFixed(0)} MB`;
    if (text !== shown) say(text);
    shown = text;
  };
}

/**
 * Starts a backend, with the numerics that a study is pinned to where it is.
 * @param threads all cores by default, since most commands are alone
 */
export async function startBackend(
  host: Host,
  id: string,
  numerics: string | undefined,
  threads = availableParallelism(),
): Promise<{ readonly backend: Backend; readonly info: BackendInfo }> {
  const load = host.backends[id];
  if (load === undefined) {
    throw new UsageError('CAIRN_BACKEND_UNKNOWN', `--backend: got "${id}"`, {
      fix: suggestion(id, Object.keys(host.backends)),
    });
  }
  const backend = await load();
  const way = await tunedWay(placesIn(host.home).home, id);
  const info = await activate(backend, {
    threads,
    ...(numerics === undefined ? {} : { numerics }),
    ...(way === undefined ? {} : { way }),
  });
  if (numerics === undefined || info.numerics === numerics) return { backend, info };
  throw new BackendError(
    'CAIRN_BACKEND_NUMERICS',
    `this study runs with ${numerics}, here is ${info.numerics}`,
    {
      fix: 'another CAIRN_HOME for a study of its own, or the machine on which it began',
    },
  );
}

/** A way that no longer works here is told with how to measure anew. */
async function activate(backend: Backend, options: BackendOptions): Promise<BackendInfo> {
  try {
    return await backend.activate(options);
  } catch (cause) {
    if (!(cause instanceof BackendError) || cause.code !== 'CAIRN_BACKEND_WIDE') throw cause;
    const fix = 'npx cairn doctor --tune: what it measured on this machine no longer holds';
    throw new BackendError(cause.code, cause.message, { fix, cause });
  }
}

/** The data must be what the plan was made for. */
export function checkDigest(splits: Splits, digest: string): void {
  if (splits.digest === digest) return;
  throw new DataError('CAIRN_DATA_CHANGED', `data digest ${splits.digest}, planned for ${digest}`, {
    fix: 'the files of the data set have changed since the study started: restore them',
  });
}
