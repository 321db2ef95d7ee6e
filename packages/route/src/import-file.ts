/** Weights files of other programs: what they store in other types becomes float32, or is refused by name. */
import { type HostTensor, type HostTensors, RouteError } from '@cairn/core';
import { ELEMENT_BYTES, parseHeader, type StoredArray } from './safetensors-header.ts';
import { hostTensor } from './safetensors.ts';

const FOREIGN_BYTES = { ...ELEMENT_BYTES, F64: 8, F16: 2, BF16: 2 } as const;
type ForeignDtype = keyof typeof FOREIGN_BYTES;

export interface ForeignFile {
  readonly tensors: HostTensors;
  readonly metadata: Readonly<Record<string, string>>;
  /** Types that became float32: F16 and BF16 exactly, F64 rounded to the nearest. Sorted. */
  readonly converted: readonly string[];
}

/**
 * Reads a safetensors file that another program wrote.
 * @param file its name, for messages
 * @throws CAIRN_WEIGHTS_DAMAGED for anything that is no such file and for types without a float32 meaning,
 *   CAIRN_WEIGHTS_NOT_FINITE
 */
export function readForeign(bytes: Uint8Array, file: string): ForeignFile {
  const { arrays, metadata, dataStart } = parseHeader(bytes, file, FOREIGN_BYTES);
  const tensors = arrays.map((array) => {
    const data = new Uint8Array(bytes.subarray(dataStart + array.begin, dataStart + array.end));
    const tensor = foreignTensor(array, data.buffer, file);
    requireFinite(array, tensor, file);
    return [array.name, tensor] as const;
  });
  const converted = new Set(arrays.map((a) => a.dtype).filter((dtype) => !(dtype in ELEMENT_BYTES)));
  return { tensors: Object.fromEntries(tensors), metadata, converted: [...converted].sort() };
}

function foreignTensor(array: StoredArray<ForeignDtype>, buffer: ArrayBuffer, file: string): HostTensor {
  const { dtype, shape } = array;
  const float = (data: Float32Array): HostTensor => ({ dtype: 'float32', shape, data });
  switch (dtype) {
    case 'F64':
      return float(Float32Array.from(new Float64Array(buffer)));
    case 'F16':
      return float(Float32Array.from(new Float16Array(buffer)));
    case 'BF16':
      return float(new Float32Array(Uint32Array.from(new Uint16Array(buffer), (bits) => bits << 16).buffer));
    default:
      return hostTensor({ ...array, dtype }, buffer, file);
  }
}

function requireFinite({ name, dtype }: StoredArray<ForeignDtype>, { data }: HostTensor, file: string): void {
  const place = data.findIndex((value) => !Number.isFinite(value));
  if (place < 0) return;
  const message = `${file}: "${name}" (${dtype}) holds ${data[place]} in float32 at place ${place}`;
  throw new RouteError('CAIRN_WEIGHTS_NOT_FINITE', message, {
    fix: 'the training had diverged, or its type overflowed: leave this file out, or save it as float32',
  });
}
