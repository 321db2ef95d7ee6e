/**
 * The named arrays of a network in blocks of shared memory: all parameters behind one another, then all buffers; the
 * optimiser's slots and the gradients in blocks of the parameters' layout.
 */
import type { HostTensor, HostTensors } from '@cairn/core';
import { checkAllArrays, checkArrays, toBackendOrder, toHostOrder, type ArrayPlan } from '@cairn/nn';
import type { SharedHeap } from './heap.ts';

interface Place {
  readonly plan: ArrayPlan;
  /** Bytes from the start of a block. */
  readonly offset: number;
}

const alignment = 64;

/** A run of floats inside a block, in bytes from its start. */
export interface Range {
  readonly offset: number;
  readonly floats: number;
}

/** Where arrays lie in any block of this layout. */
export class ArrayLayout {
  readonly plans: ReadonlyMap<string, ArrayPlan>;
  readonly bytes: number;
  readonly #places = new Map<string, Place>();

  constructor(plans: readonly ArrayPlan[]) {
    let offset = 0;
    for (const plan of plans) {
      this.#places.set(plan.name, { plan, offset });
      offset += Math.ceil((4 * sizeOf(plan)) / alignment) * alignment;
    }
    this.plans = new Map(plans.map((p) => [p.name, p]));
    this.bytes = offset;
  }

  /** @throws TypeError for a name that is not in the layout */
  place(name: string): Place {
    const place = this.#places.get(name);
    if (place === undefined) throw new TypeError(`no array "${name}"`);
    return place;
  }

  /** The array with the padding behind it: blocks are updated in whole vectors. */
  range(name: string): Range {
    const { plan, offset } = this.place(name);
    return { offset, floats: (Math.ceil((4 * sizeOf(plan)) / alignment) * alignment) / 4 };
  }
}

function sizeOf({ shape }: ArrayPlan): number {
  return shape.reduce((n, d) => n * d, 1);
}

/** Runs that lie side by side become one. */
export function joinRanges(ranges: readonly Range[]): readonly Range[] {
  const joined: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.offset - b.offset)) {
    const last = joined.at(-1);
    if (last !== undefined && last.offset + 4 * last.floats === range.offset)
      joined.splice(-1, 1, { offset: last.offset, floats: last.floats + range.floats });
    else joined.push(range);
  }
  return joined;
}

/** A block of arrays: weights and buffers, or a slot of the optimiser. */
export class ArrayBlock {
  readonly layout: ArrayLayout;
  readonly address: number;
  readonly #heap: SharedHeap;

  /** All zeros. @throws CAIRN_BACKEND_MEMORY */
  constructor(heap: SharedHeap, layout: ArrayLayout) {
    this.#heap = heap;
    this.layout = layout;
    this.address = heap.allocate(layout.bytes);
  }

  addressOf(name: string): number {
    return this.address + this.layout.place(name).offset;
  }

  /** @throws CAIRN_WEIGHTS_MISMATCH; then nothing has changed */
  load(arrays: HostTensors): void {
    checkAllArrays(this.layout.plans, arrays);
    for (const [name, array] of Object.entries(arrays)) this.write(name, array.data);
  }

  check(arrays: HostTensors): void {
    checkArrays(this.layout.plans, arrays);
  }

  /** @param data in PyTorch's layout */
  write(name: string, data: HostTensor['data']): void {
    const { plan } = this.layout.place(name);
    const view = this.#view(name);
    view.set(toBackendOrder(data, plan));
  }

  read(name: string): HostTensor {
    const { plan } = this.layout.place(name);
    const { shape } = plan;
    const data = toHostOrder(this.#view(name).slice(), plan);
    return plan.dtype === 'int32'
      ? { dtype: 'int32', shape, data: data as Int32Array }
      : { dtype: 'float32', shape, data: data as Float32Array };
  }

  clear(): void {
    this.#heap.ints(this.address, this.layout.bytes / 4).fill(0);
  }

  dispose(): void {
    this.#heap.free(this.address);
  }

  #view(name: string): Int32Array | Float32Array {
    const { plan } = this.layout.place(name);
    const [address, size] = [this.addressOf(name), sizeOf(plan)];
    return plan.dtype === 'int32' ? this.#heap.ints(address, size) : this.#heap.floats(address, size);
  }
}
