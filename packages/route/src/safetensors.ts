/** Weights as safetensors files: the format that PyTorch, ONNX tools and browsers read without running code. */
import type { HostTensor, HostTensors, Shape } from '@cairn/core';
import { damaged, ELEMENT_BYTES, parseHeader, type StoredArray } from './safetensors-header.ts';

export interface Safetensors {
  readonly tensors: HostTensors;
  readonly metadata: Readonly<Record<string, string>>;
}

/** An array in half precision: written as it is, read back by `readForeign` as float32. */
export interface HalfTensor {
  readonly dtype: 'float16';
  readonly shape: Shape;
  readonly data: Float16Array;
}

/** What can be written. */
export type WritableTensors = Readonly<Record<string, HostTensor | HalfTensor>>;

const DTYPES = { float32: 'F32', int32: 'I32', float16: 'F16' } as const;

/**
 * Reads a whole file. 64-bit integers (PyTorch's `num_batches_tracked`) become int32. The arrays are copies.
 * @param file its name, for messages
 * @throws CAIRN_WEIGHTS_DAMAGED for anything that is not exactly such a file, and for other dtypes
 */
export function readSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const { arrays, metadata, dataStart } = parseHeader(bytes, file, ELEMENT_BYTES);
  const tensors = arrays.map((array) => {
    // Not `slice`: that of a node Buffer is no copy.
    const data = new Uint8Array(bytes.subarray(dataStart + array.begin, dataStart + array.end));
    return [array.name, hostTensor(array, data.buffer, file)] as const;
  });
  return { tensors: Object.fromEntries(tensors), metadata };
}

/** Every platform that runs JavaScript today is little-endian, as the format is. */
export function hostTensor(
  { name, dtype, shape }: StoredArray,
  buffer: ArrayBuffer,
  file: string,
): HostTensor {
  if (dtype === 'F32') return { dtype: 'float32', shape, data: new Float32Array(buffer) };
  if (dtype === 'I32') return { dtype: 'int32', shape, data: new Int32Array(buffer) };
  const data = Int32Array.from(new BigInt64Array(buffer), (wide) => {
    const value = Number(wide);
    if (value !== (value | 0)) throw damaged(file, `"${name}" holds ${wide}, which 32 bits do not`);
    return value;
  });
  return { dtype: 'int32', shape, data };
}

/**
 * Writes a file: arrays in the order of their names, the data aligned to 8 bytes. Equal input gives equal bytes.
 * @throws RangeError for an array whose length is not that of its shape, or with the reserved name
 */
export function writeSafetensors(
  tensors: WritableTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const arrays = sortedEntries(tensors);
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header['__metadata__'] = Object.fromEntries(sortedEntries(metadata));
  let position = 0;
  for (const [name, tensor] of arrays) {
    checkTensor(name, tensor);
    const end = position + tensor.data.byteLength;
    header[name] = { dtype: DTYPES[tensor.dtype], shape: tensor.shape, data_offsets: [position, end] };
    position = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const dataStart = 8 + Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(dataStart + position);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  bytes.set(text, 8);
  bytes.fill(0x20, 8 + text.length, dataStart);
  let offset = dataStart;
  for (const [, { data }] of arrays) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return bytes;
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function checkTensor(name: string, { shape, data }: HostTensor | HalfTensor): void {
  if (name === '__metadata__') throw new RangeError('"__metadata__" is the name of no array');
  const size = shape.reduce((product, n) => product * n, 1);
  if (data.length !== size) {
    throw new RangeError(
      `"${name}" of shape [${shape.join(', ')}]: got ${data.length} values; needs ${size}`,
    );
  }
}
