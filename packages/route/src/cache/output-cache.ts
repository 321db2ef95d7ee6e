/**
 * Teachers' outputs on a disk, bounded in size: a sealed file for each, named by the hash of all that it depends on,
 * which stands in it. Derived data: what cannot be read is made anew, what cannot be written is done without, and both
 * are said. Files are whole or absent, so any number of processes may read, write and remove them side by side.
 */
import {
  canonicalJson,
  CairnError,
  contentHash,
  type JsonObject,
  RunError,
  type Shape,
  type Store,
} from '@cairn/core';
import { readForeign } from '../import-file.ts';
import { openSealed, seal } from '../sealed.ts';

export interface OutputCacheOptions {
  readonly store: Store;
  /** The most bytes that its files may have together; 0 keeps nothing and reads nothing. */
  readonly limit: number;
  /** Told of what is damaged, and once of why there is no cache. */
  readonly note?: (text: string) => void;
}

/** One output of a teacher for many samples. */
export interface StoredOutputs {
  readonly shape: Shape;
  readonly data: Float32Array | Float16Array;
}

/** What is written between two looks at the folder, as a part of the limit: each process may pass it by so much. */
const SLACK = 0.01;

/** An epoch of an output lies in memory before it is written: larger ones are not kept. */
const MOST_BYTES = 1e9;

export class OutputCache {
  readonly limit: number;
  readonly #store: Store;
  readonly #note: (text: string) => void;
  #off = false;
  #room = 0;
  #saidTooLarge = false;

  constructor({ store, limit, note = () => undefined }: OutputCacheOptions) {
    this.limit = limit;
    this.#store = store;
    this.#note = note;
  }

  /** Whether so many bytes can be kept; says once where they are too many. */
  accepts(bytes: number): boolean {
    if (this.#off || this.limit === 0) return false;
    const most = Math.min(this.limit, MOST_BYTES);
    if (bytes > most && !this.#saidTooLarge) {
      this.#saidTooLarge = true;
      const [size, limit] = [bytes, most].map((n) => `${Number((n / 1e6).toPrecision(3))} MB`);
      this.#note(`teacher outputs of an epoch are ${size}, above ${limit}: not cached`);
    }
    return bytes <= most;
  }

  /** What `write` was given under this key, in float32; undefined where there is nothing, or nothing whole. */
  async read(key: JsonObject): Promise<Float32Array | undefined> {
    if (this.limit === 0) return undefined;
    const file = await fileOf(key);
    const bytes = await this.#attempt(() => this.#store.read(file));
    if (bytes === undefined) return undefined;
    const data = await this.#opened(bytes, key, file);
    if (data !== undefined) await this.#attempt(() => this.#store.touch(file));
    return data;
  }

  /** Keeps outputs; removes those that were not used for longest where there is no room. */
  async write(key: JsonObject, { shape, data }: StoredOutputs): Promise<void> {
    if (!this.accepts(data.byteLength)) return;
    const outputs =
      data instanceof Float32Array
        ? ({ dtype: 'float32', shape, data } as const)
        : ({ dtype: 'float16', shape, data } as const);
    const bytes = await seal({ outputs }, key);
    const file = await fileOf(key);
    await this.#attempt(async () => {
      await this.#makeRoom(bytes.length);
      await this.#store.write(file, bytes);
    });
  }

  /** Tells that an entry is not what it should be; it is written anew by who finds out. */
  async refuse(key: JsonObject, why: string): Promise<void> {
    this.#note(
      `cached teacher outputs are ${why}, computed anew: ${this.#store.location}/${await fileOf(key)}`,
    );
  }

  async #opened(bytes: Uint8Array, key: JsonObject, file: string): Promise<Float32Array | undefined> {
    try {
      const { tensors, state } = await openSealed(bytes, `${this.#store.location}/${file}`, readForeign);
      const { outputs } = tensors;
      // Another key under the same hash is none of ours.
      const isOurs = canonicalJson(state) === canonicalJson(key);
      return isOurs && outputs?.dtype === 'float32' ? outputs.data : undefined;
    } catch (error) {
      if (!(error instanceof RunError) || error.code !== 'CAIRN_CHECKPOINT_DAMAGED') throw error;
      await this.refuse(key, 'damaged');
      return undefined;
    }
  }

  async #makeRoom(bytes: number): Promise<void> {
    if (bytes > this.#room) {
      const slack = this.limit * SLACK;
      const files = [...(await this.#store.files(''))].sort((a, b) => a.used - b.used);
      let total = files.reduce((sum, file) => sum + file.bytes, 0);
      for (const file of files) {
        if (total + bytes + slack <= this.limit) break;
        await this.#store.remove(file.name);
        total -= file.bytes;
      }
      this.#room = bytes + slack;
    }
    this.#room -= bytes;
  }

  /** A folder that cannot be used turns the cache off. */
  async #attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    if (this.#off) return undefined;
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof CairnError)) throw error;
      this.#off = true;
      this.#note(`goes on without the cache of teacher outputs: ${error.message}`);
      return undefined;
    }
  }
}

async function fileOf(key: JsonObject): Promise<string> {
  return `${await contentHash(key)}.safetensors`;
}
