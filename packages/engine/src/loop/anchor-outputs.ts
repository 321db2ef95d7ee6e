/**
 * Logits of the route's anchors on fixed, un-augmented rows. They are a function of the anchor and the data
 * alone, so they are computed once and kept in a cache that runs share.
 */
import {
  contentHash,
  RunError,
  sha256,
  type AnchorId,
  type HostTensors,
  type Manifest,
  type Network,
  type Store,
} from '@cairn/core';
import { loadAnchor, openSealed, seal } from '@cairn/route';
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
  readonly #cache: Store;
  readonly #numerics: string;
  readonly #note: (text: string) => void;
  readonly #known = new Map<string, Float32Array>();

  /**
   * @param network compiled for inference with the teacher's graph; anchors are loaded into it; not disposed
   * @param note told of a cached entry that is damaged and made anew
   */
  constructor(
    route: { readonly manifest: Manifest; readonly store: Store },
    network: Network,
    cache: Store,
    numerics: string,
    note: (text: string) => void = () => undefined,
  ) {
    this.#route = route;
    this.#network = network;
    this.#cache = cache;
    this.#numerics = numerics;
    this.#note = note;
  }

  /** Row-major [rows × classes]. Do not write into it. */
  async logits(anchor: AnchorId, on: FixedRows): Promise<Float32Array> {
    const file = await this.#file(anchor, on);
    const logits =
      this.#known.get(file) ?? (await this.#stored(file)) ?? (await this.#compute(anchor, on, file));
    this.#known.set(file, logits);
    return logits;
  }

  async #file(anchor: AnchorId, on: FixedRows): Promise<string> {
    const rows = await sha256(new Uint8Array(on.rows.buffer, on.rows.byteOffset, on.rows.byteLength));
    const weights = this.#route.manifest.anchors.find((a) => a.id === anchor)?.sha256 ?? '';
    const key = { weights, data: on.data, part: on.part, rows, numerics: this.#numerics };
    return `${await contentHash(key)}.safetensors`;
  }

  /** Derived data: what cannot be proven whole is made anew, and that is said. */
  async #stored(file: string): Promise<Float32Array | undefined> {
    const bytes = await this.#cache.read(file);
    if (bytes === undefined) return undefined;
    try {
      const { tensors } = await openSealed(bytes, `${this.#cache.location}/${file}`);
      const { logits } = tensors;
      return logits?.dtype === 'float32' ? logits.data : undefined;
    } catch (error) {
      if (!(error instanceof RunError) || error.code !== 'CAIRN_CHECKPOINT_DAMAGED') throw error;
      this.#note(`cached teacher outputs are damaged, computed anew: ${this.#cache.location}/${file}`);
      return undefined;
    }
  }

  async #compute(anchor: AnchorId, on: FixedRows, file: string): Promise<Float32Array> {
    const weights = await loadAnchor(this.#route.store, this.#route.manifest, anchor);
    this.#network.load({ weights, optimizer: {}, updates: 0 });
    const data = await predictLogits(this.#network, on.batches, on.rows);
    const tensors: HostTensors = {
      logits: { dtype: 'float32', shape: [on.rows.length, data.length / on.rows.length], data },
    };
    await this.#cache.write(file, await seal(tensors, {}));
    return data;
  }
}
