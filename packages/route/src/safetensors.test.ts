import { readFileSync } from 'node:fs';
import { type HostTensors, RouteError } from '@cairn/core';
import { expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../fixtures/${name}.safetensors`, import.meta.url));

const float = (shape: number[], ...data: number[]) =>
  ({ dtype: 'float32', shape, data: Float32Array.from(data) }) as const;
const int = (shape: number[], ...data: number[]) =>
  ({ dtype: 'int32', shape, data: Int32Array.from(data) }) as const;

/** A file from a header as text and the data's length. */
function file(header: string, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

function refusal(bytes: Uint8Array): string {
  try {
    readSafetensors(bytes, 'w.safetensors');
  } catch (error) {
    if (error instanceof RouteError && error.code === 'CAIRN_WEIGHTS_DAMAGED') return error.message;
    throw error;
  }
  throw new Error('not refused');
}

test("reads what the official package wrote, PyTorch's 64-bit counter included", () => {
  const { tensors, metadata } = readSafetensors(fixture('official'), 'official');
  expect(metadata).toEqual({ format: 'pt' });
  expect(tensors).toEqual({
    'bn1.num_batches_tracked': int([], 3910),
    'bn1.weight': float([3], 1, -0.5, 3.25),
    'fc.weight': float([2, 3], 0, 0.25, 0.5, 0.75, 1, 1.25),
    order: int([4], 2, -1, 0, 2147483647),
    scale: float([], 0.1),
    void: float([0, 4]),
  });
});

test('writes the bytes that the official package writes', () => {
  const tensors = { 'b.weight': float([2, 1], 1.5, 2.5), 'a.ü': float([3], NaN, Infinity, -0) };
  const bytes = writeSafetensors(tensors, { note: 'a "quoted" line\nand ü' });
  expect(Buffer.from(bytes).toString('hex')).toBe(Buffer.from(fixture('one-dtype')).toString('hex'));
});

test('what is written is read again, from any offset of a buffer; arrays are copies', () => {
  const tensors: HostTensors = {
    b: int([2, 2], 1, 2, 3, -4),
    __proto: float([1], 5),
    a: float([], 0.5),
    '': float([0]),
  };
  const bytes = writeSafetensors(tensors, { z: '1', a: '2' });
  const shifted = new Uint8Array(bytes.length + 3).subarray(3);
  shifted.set(bytes);
  const read = readSafetensors(shifted, 'x');
  expect(read).toEqual({ tensors, metadata: { z: '1', a: '2' } });
  expect(Object.keys(read.tensors)).toEqual(['', '__proto', 'a', 'b']);
  shifted.fill(0);
  expect(read.tensors['a']?.data[0]).toBe(0.5);
  expect(writeSafetensors({}).length).toBe(16);
});

test('dtypes that are not read, and integers that do not fit, are named', () => {
  expect(refusal(fixture('half'))).toMatchInlineSnapshot(
    `"w.safetensors: "w" is of dtype F16; read are F32, I32, I64"`,
  );
  expect(refusal(fixture('wide'))).toMatchInlineSnapshot(
    `"w.safetensors: "n" holds 1099511627776, which 32 bits do not"`,
  );
});

test('a file cut anywhere is refused', () => {
  const whole = fixture('official');
  for (let end = 0; end < whole.length; end++) refusal(whole.subarray(0, end));
  expect(refusal(whole.subarray(0, 5))).toMatchInlineSnapshot(
    `"w.safetensors: 5 bytes; a header needs 8 and more"`,
  );
  expect(refusal(whole.subarray(0, 100))).toMatchInlineSnapshot(
    `"w.safetensors: cut off: the header ends at byte 424, the file at 100"`,
  );
  expect(refusal(whole.subarray(0, whole.length - 1))).toMatchInlineSnapshot(
    `"w.safetensors: cut off: "order" ends at 64, the data at 63"`,
  );
});

test('a header that lies is refused', () => {
  const entry = (shape: string, begin: number, end: number, dtype = 'F32'): string =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
  expect(refusal(file(`{"a":${entry('[2]', 0, 8)},"b":${entry('[2]', 4, 12)}}`, 12))).toMatchInlineSnapshot(
    `"w.safetensors: "b" begins at 4 and overlaps "a", which ends at 8"`,
  );
  expect(refusal(file(`{"a":${entry('[1]', 0, 4)},"b":${entry('[1]', 8, 12)}}`, 12))).toMatchInlineSnapshot(
    `"w.safetensors: "b" begins at 8 and leaves a hole after "a", which ends at 4"`,
  );
  expect(refusal(file(`{"a":${entry('[1]', 0, 4)}}`, 12))).toMatchInlineSnapshot(
    `"w.safetensors: 8 bytes stand after the last array"`,
  );
  expect(refusal(file(`{"a":${entry('[4]', 0, 16)}}`, 12))).toMatchInlineSnapshot(
    `"w.safetensors: cut off: "a" ends at 16, the data at 12"`,
  );
  expect(refusal(file(`{"a":${entry('[3]', 0, 8)}}`, 8))).toMatchInlineSnapshot(
    `"w.safetensors: "a": F32 [3] needs 12 bytes, its offsets 0 to 8 hold 8"`,
  );
  expect(
    refusal(file(`{"a":${entry('[1]', 0, 4)},"\\u0061":${entry('[1]', 0, 4)}}`, 4)),
  ).toMatchInlineSnapshot(`"w.safetensors: "a" stands twice in the header"`);
  expect(refusal(file('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4))).toMatchInlineSnapshot(
    `"w.safetensors: "a" is not described by dtype, shape and data_offsets"`,
  );
  expect(refusal(file('{"__metadata__":{"n":1}}', 0))).toMatchInlineSnapshot(
    `"w.safetensors: __metadata__ holds something other than text"`,
  );
  expect(refusal(file('[1]', 0))).toMatchInlineSnapshot(`"w.safetensors: the header is no JSON object"`);
  expect(refusal(file('{"a"', 0))).toMatchInlineSnapshot(`"w.safetensors: the header is no JSON"`);
  expect(refusal(new Uint8Array(64).fill(255))).toMatchInlineSnapshot(
    `"w.safetensors: header of 18446744073709552000 bytes; at most 100000000"`,
  );
});

test('arrays that are not what they say are not written', () => {
  expect(() => writeSafetensors({ a: float([2], 1) })).toThrow('"a" of shape [2]: got 1 values; needs 2');
  expect(() => writeSafetensors({ __metadata__: float([1], 1) })).toThrow('__metadata__');
});
