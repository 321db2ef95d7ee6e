/**
 * Logits of the route's anchors on fixed, un-augmented rows. They are a function of the anchor and the data
 * alone, so they are computed once and kept in a cache that runs share.
 */
import { sha256, type AnchorId, type JsonObject, type Manifest, type Network, type Store } from '@cairn/core';
import { loadAnchor, type OutputCache } from '@cairn/route';
import type { BatchMaker } from '../data/batches.ts';
import { predictLogits } from '../predict.ts';

/** Rows of one split. `data` is the data set's digest, `part` the split's name. */
export interface FixedRows {
  readonly data: string;
  readonly part: 'train' | 'test';
  readonly batches: BatchMaker;
  readonly rows: Int32Array;
}

export class AnchorOutputs {
  readonly #route: { readonly manifest: Manifest; readonly store: Store };
  readonly #network: Network;
  readonly #cache: OutputCache;
  readonly #numerics: string;
  readonly #known = new Map<string, Float32Array>();

  /** @param network compiled for inference with the teacher's graph; anchors are loaded into it; not disposed */
  constructor(
    route: { readonly manifest: Manifest; readonly store: Store },
    network: Network,
    cache: OutputCache,
    numerics: string,
  ) {
    this.#route = route;
    this.#network = network;
    this.#cache = cache;
    this.#numerics = numerics;
  }

  /** Row-major [rows × classes]. Do not write into it. */
  async logits(anchor: AnchorId, on: FixedRows): Promise<Float32Array> {
    const key = await this.#keyOf(anchor, on);
    const name = JSON.stringify(key);
    const logits =
      this.#known.get(name) ?? (await this.#cache.read(key)) ?? (await this.#compute(anchor, on, key));
    this.#known.set(name, logits);
    return logits;
  }

  async #keyOf(anchor: AnchorId, on: FixedRows): Promise<JsonObject> {
    const rows = await sha256(new Uint8Array(on.rows.buffer, on.rows.byteOffset, on.rows.byteLength));
    const weights = this.#route.manifest.anchors.find((a) => a.id === anchor)?.sha256 ?? '';
    return { version: 1, weights, data: on.data, part: on.part, rows, numerics: this.#numerics };
  }

  async #compute(anchor: AnchorId, on: FixedRows, key: JsonObject): Promise<Float32Array> {
    const weights = await loadAnchor(this.#route.store, this.#route.manifest, anchor);
    this.#network.load({ weights, optimizer: {}, updates: 0 });
    const data = await predictLogits(this.#network, on.batches, on.rows);
    const shape = [on.rows.length, data.length / on.rows.length];
    await this.#cache.write(key, { shape, data });
    return data;
  }
}
