/**
 * The head of a safetensors file: 8 bytes of length (little-endian), then JSON, padded with spaces. Format:
 * github.com/huggingface/safetensors, README "Format"; the checks are those of its reference reader.
 */
import { isRecord, RouteError } from '@cairn/core';
import { z } from 'zod';

/** Bytes of an element of each dtype that is read. */
export const ELEMENT_BYTES = { F32: 4, I32: 4, I64: 8 } as const;
export type StoredDtype = keyof typeof ELEMENT_BYTES;

/** One array of a file; `begin` and `end` count from the end of the header. */
export interface StoredArray<D extends string = StoredDtype> {
  readonly name: string;
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface Header<D extends string = StoredDtype> {
  /** In the order of their bytes. */
  readonly arrays: readonly StoredArray<D>[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the arrays' bytes begin. */
  readonly dataStart: number;
}

const LIMIT = 100_000_000;
const count = z.number().int().nonnegative();
const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(count),
  data_offsets: z.tuple([count, count]),
});

export function damaged(file: string, what: string, cause?: unknown): RouteError {
  return new RouteError('CAIRN_WEIGHTS_DAMAGED', `${file}: ${what}`, {
    fix: 'restore the file from where it came, or remove it and make it anew',
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Reads and checks the header of a whole file.
 * @param readable bytes of an element of each dtype that the caller can read
 * @throws CAIRN_WEIGHTS_DAMAGED
 */
export function parseHeader<D extends string>(
  bytes: Uint8Array,
  file: string,
  readable: Readonly<Record<D, number>>,
): Header<D> {
  const text = headerText(bytes, file);
  const dataStart = 8 + text.length;
  const json = parseObject(new TextDecoder().decode(text), file);
  const { __metadata__: rawMetadata = {}, ...entries } = json;
  const metadata = z.record(z.string(), z.string()).safeParse(rawMetadata);
  if (!metadata.success) throw damaged(file, '__metadata__ holds something other than text');
  const arrays = Object.entries(entries)
    .map(([name, entry]) => arrayOf(name, entry, file, readable))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkLayout(arrays, bytes.length - dataStart, file);
  return { arrays, metadata: metadata.data, dataStart };
}

function headerText(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes.length < 8) throw damaged(file, `${bytes.length} bytes; a header needs 8 and more`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > LIMIT) throw damaged(file, `header of ${length} bytes; at most ${LIMIT}`);
  if (8 + length > bytes.length) {
    throw damaged(file, `cut off: the header ends at byte ${8 + length}, the file at ${bytes.length}`);
  }
  return bytes.subarray(8, 8 + length);
}

function parseObject(text: string, file: string): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged(file, 'the header is no JSON', error);
  }
  if (!isRecord(json)) throw damaged(file, 'the header is no JSON object');
  const twice = repeatedKey(text);
  if (twice !== undefined) throw damaged(file, `"${twice}" stands twice in the header`);
  return json;
}

/** The first key that an object's text has twice at its top level; JSON.parse would keep the last one. */
function repeatedKey(text: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  let last = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') depth++;
    else if (token === '}' || token === ']') depth--;
    else if (token !== ':') last = token;
    else if (depth === 1) {
      const key = JSON.parse(last) as string;
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

function arrayOf<D extends string>(
  name: string,
  value: unknown,
  file: string,
  readable: Readonly<Record<D, number>>,
): StoredArray<D> {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw damaged(file, `"${name}" is not described by dtype, shape and data_offsets`);
  const { dtype, shape, data_offsets } = parsed.data;
  if (!isReadable(dtype, readable)) {
    const known = Object.keys(readable).join(', ');
    throw damaged(file, `"${name}" is of dtype ${dtype}; read are ${known}`);
  }
  const [begin, end] = data_offsets;
  const size = shape.reduce((product, n) => product * n, readable[dtype]);
  if (end - begin !== size) {
    const needs = `${dtype} [${shape.join(', ')}] needs ${size} bytes`;
    throw damaged(file, `"${name}": ${needs}, its offsets ${begin} to ${end} hold ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function isReadable<D extends string>(dtype: string, readable: Readonly<Record<D, number>>): dtype is D {
  return Object.hasOwn(readable, dtype);
}

/** Arrays lie one after the other and fill the file: no overlap, no hole, nothing out of range. */
function checkLayout(arrays: readonly StoredArray<string>[], available: number, file: string): void {
  let position = 0;
  let before = 'the header';
  for (const { name, begin, end } of arrays) {
    if (begin !== position) {
      const fault = begin < position ? 'overlaps' : 'leaves a hole after';
      throw damaged(file, `"${name}" begins at ${begin} and ${fault} ${before}, which ends at ${position}`);
    }
    if (end > available) throw damaged(file, `cut off: "${name}" ends at ${end}, the data at ${available}`);
    position = end;
    before = `"${name}"`;
  }
  if (position !== available) throw damaged(file, `${available - position} bytes stand after the last array`);
}
