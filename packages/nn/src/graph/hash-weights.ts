import { sha256, type HostTensor, type HostTensors } from '@cairn/core';

/** Hex SHA-256 over names (sorted), dtypes, shapes and bytes (little-endian): the same whatever file they were in. */
export async function hashWeights(weights: HostTensors): Promise<string> {
  const parts = Object.entries(weights)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, { dtype, shape, data }]) => [
      new TextEncoder().encode(`${JSON.stringify([name, dtype, shape])}\n`),
      littleEndian(data),
    ]);
  const bytes = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return sha256(bytes);
}

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(data: HostTensor['data']): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (HOST_IS_LITTLE_ENDIAN) return bytes;
  const swapped = bytes.slice();
  for (let i = 0; i < swapped.length; i += 4) swapped.subarray(i, i + 4).reverse();
  return swapped;
}
