/**
 * Reads NumPy's `.npy`: one array, little-endian, C order. Format: NEP 1 and `numpy/lib/format.py`. Pickled objects are
 * never read.
 */
import { DataError } from '@cairn/core';

export interface NpyArray {
  readonly shape: readonly number[];
  /** 64-bit integers as the nearest numbers; labels and counts are exact. */
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
  /** NumPy's name of the type, such as `<f4`. */
  readonly dtype: string;
}

type Reader = (bytes: ArrayBuffer) => NpyArray['data'];

const READERS: Readonly<Record<string, readonly [bytes: number, read: Reader]>> = {
  '<f4': [4, (b) => new Float32Array(b)],
  '<f8': [8, (b) => new Float64Array(b)],
  '<i4': [4, (b) => new Int32Array(b)],
  '<i8': [8, (b) => Float64Array.from(new BigInt64Array(b), Number)],
  '|u1': [1, (b) => new Uint8Array(b)],
};

/** @param file its name, for messages @throws CAIRN_DATA_NPY for anything that is not exactly such a file */
export function readNpy(bytes: Uint8Array, file: string): NpyArray {
  const { header, start } = readHeader(bytes, file);
  const dtype = /'descr': *'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const sizes = /'shape': *\(([\d, ]*)\)/.exec(header)?.[1];
  if (dtype === undefined || fortran === undefined || sizes === undefined) {
    throw damaged(file, `its header is ${JSON.stringify(header.slice(0, 80))}`);
  }
  const reader = READERS[dtype];
  if (reader === undefined) {
    throw damaged(file, `it is of type ${dtype}; read are ${Object.keys(READERS).join(', ')}`);
  }
  if (fortran === 'True') throw damaged(file, 'it is in Fortran order; C order is read');
  const shape = sizes.split(',').flatMap((n) => (n.trim() === '' ? [] : [Number(n)]));
  const length = shape.reduce((product, n) => product * n, reader[0]);
  if (bytes.length - start !== length) {
    throw damaged(
      file,
      `${dtype} (${shape.join(', ')}) needs ${length} bytes, it has ${bytes.length - start}`,
    );
  }
  return { shape, dtype, data: reader[1](new Uint8Array(bytes.subarray(start)).buffer) };
}

function readHeader(bytes: Uint8Array, file: string): { readonly header: string; readonly start: number } {
  const magic = [0x93, ...new TextEncoder().encode('NUMPY')];
  const wide = (bytes[6] ?? 0) > 1;
  const begin = wide ? 12 : 10;
  if (bytes.length < begin || magic.some((byte, i) => bytes[i] !== byte)) {
    throw damaged(file, 'it does not begin as a .npy file does');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = begin + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length)
    throw damaged(file, `cut off: the header ends at ${start}, the file at ${bytes.length}`);
  return { header: new TextDecoder().decode(bytes.subarray(begin, start)), start };
}

function damaged(file: string, what: string): DataError {
  return new DataError('CAIRN_DATA_NPY', `${file}: ${what}`, {
    fix: 'np.save(path, array.astype(np.float32)) for logits, .astype(np.int64) for labels',
  });
}
