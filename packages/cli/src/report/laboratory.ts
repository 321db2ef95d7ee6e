/**
 * Asks stored states what they say: the data, a backend and a network for each model, with a cache on the disk. Answers
 * are functions of weights, data and numerics alone, so they are worked out once.
 */
import {
  BackendError,
  canonicalJson,
  type Backend,
  type HostTensors,
  type JsonObject,
  logSoftmaxRows,
  type Network,
  type PluginData,
  type Registry,
  sha256,
  type Splits,
  topClass,
} from '@cairn/core';
import { BatchMaker, carve, predictLogits, stratified } from '@cairn/engine';
import { OutputCache } from '@cairn/route';
import type { Host } from '../command.ts';
import { cacheLimit } from '../study/cache-limit.ts';
import { checkDigest, openSplits, startBackend } from '../study/ground.ts';
import { placesIn } from '../study/places.ts';
import type { RunFile } from '../study/run-file.ts';

/** What figures may keep on the disk. */
const LIMIT = 1e9;

/** Weights that can be read, by their hash. */
export interface State {
  readonly sha256: string;
  readonly model: PluginData<'model'>;
  readonly weights: () => Promise<HostTensors>;
}

export interface Rows {
  readonly part: 'train' | 'test';
  readonly batches: BatchMaker;
  readonly rows: Int32Array;
}

export class Laboratory {
  readonly splits: Splits;
  readonly backend: Backend;
  readonly numerics: string;
  /** Held-out samples: those that policies look at. */
  readonly heldOut: Rows;
  readonly test: Rows;
  readonly cache: OutputCache;
  readonly #teacherCache: OutputCache;
  readonly #registry: Registry;
  readonly #networks = new Map<string, Network>();
  readonly #signal: AbortSignal;

  private constructor(
    host: Host,
    registry: Registry,
    ground: { readonly splits: Splits; readonly backend: Backend; readonly numerics: string },
    { validation }: RunFile['spec'],
  ) {
    const { splits, backend, numerics } = ground;
    const places = placesIn(host.home);
    this.splits = splits;
    this.backend = backend;
    this.numerics = numerics;
    this.#registry = registry;
    this.#signal = host.signal;
    const { train, test, spec } = splits;
    const { held } = carve(train.labels, validation.fraction, validation.seed);
    const probe = stratified(held, train.labels, validation.probe, validation.seed);
    this.heldOut = { part: 'train', batches: new BatchMaker(train, spec.input), rows: probe };
    const all = Int32Array.from({ length: test.size }, (_, i) => i);
    this.test = { part: 'test', batches: new BatchMaker(test, spec.input), rows: all };
    this.cache = new OutputCache({ store: places.reportCache, limit: LIMIT });
    this.#teacherCache = new OutputCache({ store: places.teacherCache, limit: cacheLimit(host) });
  }

  /**
   * With the data and the numerics of a run; where this machine does not have these, with its own.
   * @throws CAIRN_DATA_…, CAIRN_BACKEND_…
   */
  static async open(host: Host, file: RunFile): Promise<Laboratory> {
    const registry = await host.registry();
    const splits = await openSplits(host, registry, file.dataset, { fetch: false, say: () => undefined });
    checkDigest(splits, file.digest);
    const { backend, info } = await ownBackend(host, file);
    return new Laboratory(host, registry, { splits, backend, numerics: info.numerics }, file.spec);
  }

  /** Row-major [rows × classes]. */
  async logits(state: State, on: Rows): Promise<Float32Array> {
    const key = await this.#keyOf(state, on);
    const found = (await this.#teacherCache.read(key)) ?? (await this.cache.read(key));
    if (found !== undefined) return found;
    const data = await this.#predict(state, on);
    await this.cache.write(key, { shape: [on.rows.length, this.splits.spec.classes], data });
    return data;
  }

  /** The first class of each row with its probability. */
  async answers(
    state: State,
    on: Rows,
  ): Promise<{ readonly predicted: Int32Array; readonly confidence: Float32Array }> {
    const key = { ...(await this.#keyOf(state, on)), what: 'answers' };
    const n = on.rows.length;
    const found = await this.cache.read(key);
    const data = found ?? firstClasses(await this.#predict(state, on), n);
    if (found === undefined) await this.cache.write(key, { shape: [2, n], data });
    return { predicted: Int32Array.from(data.subarray(0, n)), confidence: data.slice(n) };
  }

  /** Of the model, for inference; lives until `dispose`. */
  network(model: PluginData<'model'>): Network {
    const name = canonicalJson(model);
    const graph = this.#registry.create(model).graph(this.splits.spec);
    const network = this.#networks.get(name) ?? this.backend.compile(graph, { taps: [], train: false });
    this.#networks.set(name, network);
    return network;
  }

  dispose(): void {
    for (const network of this.#networks.values()) network.dispose();
    this.#networks.clear();
  }

  async #predict({ model, weights }: State, { batches, rows }: Rows): Promise<Float32Array> {
    this.#signal.throwIfAborted();
    const network = this.network(model);
    network.load({ weights: await weights(), optimizer: {}, updates: 0 });
    return predictLogits(network, batches, rows);
  }

  /** As the loop names outputs of anchors, so that what a run has worked out is found. */
  async #keyOf({ sha256: weights }: State, { part, rows }: Rows): Promise<JsonObject> {
    const own = await sha256(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    return { version: 1, weights, data: this.splits.digest, part, rows: own, numerics: this.numerics };
  }
}

async function ownBackend(host: Host, { backend, numerics }: RunFile): ReturnType<typeof startBackend> {
  try {
    return await startBackend(host, backend, numerics);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return startBackend(host, backend, undefined);
  }
}

/** Classes, then probabilities. */
function firstClasses(logits: Float32Array, n: number): Float32Array {
  const classes = logits.length / n;
  const logP = logSoftmaxRows(logits, classes);
  const found = new Float32Array(2 * n);
  for (let row = 0; row < n; row++) {
    const own = logP.subarray(row * classes, (row + 1) * classes);
    const top = topClass(own);
    found[row] = top;
    found[n + row] = Math.exp(own[top] ?? NaN);
  }
  return found;
}
