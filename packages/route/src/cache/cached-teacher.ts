import {
  type Batch,
  type JsonObject,
  type NetInfo,
  type Outputs,
  sha256,
  type Shape,
  type Teacher,
  type ViewAddress,
} from '@cairn/core';
import { dispose, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { bytesFor, EpochOutputs, type OutputsType } from './epoch-outputs.ts';
import type { OutputCache } from './output-cache.ts';

/** Which outputs of a teacher are told apart: all that they depend on but the view, the rows and the output's name. */
export interface TeacherFacts {
  /** Hashes of the anchors' weights, in their order. */
  readonly weights: readonly string[];
  readonly [fact: string]: JsonObject[string];
}

export interface CachedTeacherOptions {
  readonly cache: OutputCache;
  readonly facts: TeacherFacts;
  /** Every row that an epoch shows, each once. */
  readonly rows: Int32Array;
  /** To which outputs are rounded, from the cache or not. */
  readonly type: OutputsType;
  /** Whether an output of a view will be asked for again, so that it is worth a file. */
  readonly keep: (address: ViewAddress, output: string) => boolean;
  /** Told of every batch: whether all of it came from the cache. */
  readonly used?: (cached: boolean, samples: number) => void;
}

/**
 * A frozen teacher that is asked once for each view of a sample. What it gave in a whole epoch goes to a file; where
 * there is one, its first batch is asked for all the same and compared bit by bit, so that a file that is not what the
 * teacher gives (an augmentation was rewritten) is never used. A hit and a miss give the same bits.
 */
export class CachedTeacher implements Teacher {
  readonly #teacher: Teacher;
  readonly #options: CachedTeacherOptions;
  /** Place of each row, by row; −1 for others. */
  readonly #places: Int32Array;
  readonly #rowsHash: Promise<string>;
  #view = '';
  /** Of the present view, by name; undefined where there is nothing and nothing is kept. */
  readonly #outputs = new Map<string, EpochOutputs | undefined>();

  /** @param teacher not disposed with it */
  constructor(teacher: Teacher, options: CachedTeacherOptions) {
    this.#teacher = teacher;
    this.#options = options;
    const { rows } = options;
    this.#places = new Int32Array(rows.reduce((most, row) => Math.max(most, row), -1) + 1).fill(-1);
    rows.forEach((row, place) => (this.#places[row] = place));
    this.#rowsHash = sha256(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
  }

  get identity(): string {
    return this.#teacher.identity;
  }

  get info(): NetInfo {
    return this.#teacher.info;
  }

  async supervise(batch: Batch, wanted: readonly string[] = allOf(this.info)): Promise<Outputs> {
    const { address } = batch;
    const slots = batch.indices.map((row) => this.#places[row] ?? -1);
    const known = address !== undefined && slots.every((slot) => slot >= 0);
    if (known) await this.#open(address, wanted);
    const stored = wanted.filter((name) => known && this.#outputs.get(name)?.has(slots) === true);
    const asked = wanted.filter((name) => !stored.includes(name));
    const given = asked.length === 0 ? {} : await this.#teacher.supervise(batch, asked);
    const outputs: Record<string, Tensor> = { ...given };
    try {
      for (const name of asked) await this.#settle(name, outputs, known ? slots : undefined, address);
      for (const name of stored) {
        const values = this.#outputs.get(name)?.take(slots) ?? new Float32Array();
        outputs[name] = tensor(values, [batch.size, ...this.#shapeOf(name)]);
      }
    } catch (error) {
      dispose(outputs);
      throw error;
    }
    this.#options.used?.(asked.length === 0, batch.size);
    return outputs;
  }

  /** Lets go of an epoch's outputs. */
  dispose(): void {
    this.#outputs.clear();
    this.#view = '';
  }

  /** Makes ready what there is of a view, and lets go of the view before. */
  async #open(address: ViewAddress, wanted: readonly string[]): Promise<void> {
    const view = JSON.stringify(address);
    if (view !== this.#view) this.dispose();
    this.#view = view;
    for (const name of wanted) {
      if (!this.#outputs.has(name)) this.#outputs.set(name, await this.#found(address, name));
    }
  }

  /** What the cache has, or room for what will be kept. */
  async #found(address: ViewAddress, name: string): Promise<EpochOutputs | undefined> {
    const { cache, type, rows, keep } = this.#options;
    const shape = this.#shapeOf(name);
    const bytes = bytesFor(rows.length, shape, type);
    if (!cache.accepts(bytes)) return undefined;
    const key = await this.#keyOf(address, name);
    const read = await cache.read(key);
    if (read !== undefined) return EpochOutputs.read(key, [rows.length, ...shape], read);
    return keep(address, name) ? EpochOutputs.empty(key, [rows.length, ...shape], type) : undefined;
  }

  /** Rounds what the teacher has given, and keeps it. */
  async #settle(
    name: string,
    outputs: Record<string, Tensor>,
    slots: Int32Array | undefined,
    address: ViewAddress | undefined,
  ): Promise<void> {
    const given = outputs[name];
    const kept = this.#outputs.get(name);
    const { type, cache } = this.#options;
    const isKept = kept !== undefined && slots !== undefined && address !== undefined;
    if (given === undefined || (!isKept && type === 'float32')) return;
    const exact = (await given.data()) as Float32Array;
    const values = type === 'float32' ? exact : new Float32Array(new Float16Array(exact));
    if (type === 'float16') {
      outputs[name] = tensor(values, given.shape);
      given.dispose();
    }
    if (!isKept) return;
    if (!kept.proven) {
      if (kept.prove(slots, values)) return;
      await cache.refuse(kept.key, 'not what the teacher gives');
      const anew = EpochOutputs.empty(kept.key, kept.shape, type);
      this.#outputs.set(name, this.#options.keep(address, name) ? anew : undefined);
    }
    await this.#put(name, slots, values);
  }

  async #put(name: string, slots: Int32Array, values: Float32Array): Promise<void> {
    const outputs = this.#outputs.get(name);
    if (outputs === undefined || outputs.complete) return;
    outputs.put(slots, values);
    if (outputs.complete) await this.#options.cache.write(outputs.key, outputs);
  }

  async #keyOf(address: ViewAddress, output: string): Promise<JsonObject> {
    const { facts, type } = this.#options;
    return { version: 1, ...facts, rows: await this.#rowsHash, view: { ...address }, output, type };
  }

  #shapeOf(name: string): Shape {
    const { outputs, taps } = this.info;
    return outputs[name] ?? taps[name] ?? [];
  }
}

function allOf({ outputs, taps }: NetInfo): readonly string[] {
  return [...Object.keys(outputs), ...Object.keys(taps)];
}
