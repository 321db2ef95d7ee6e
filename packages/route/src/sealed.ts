/**
 * Checkpoints: a safetensors file whose metadata carries a state as JSON and a SHA-256 of the whole file, the
 * digest's own place filled with zeros. What cannot be proven whole is refused, never repaired.
 */
import { type HostTensors, isRecord, type JsonObject, RouteError, RunError, sha256 } from '@cairn/core';
import { readSafetensors, type Safetensors, type WritableTensors, writeSafetensors } from './safetensors.ts';

export interface Sealed {
  readonly tensors: HostTensors;
  readonly state: JsonObject;
}

type Reader = (bytes: Uint8Array, file: string) => Safetensors;

const STATE = 'cairn.state';
const DIGEST = 'sha256';
const BLANK = '0'.repeat(64);

/** The bytes of a checkpoint. Numbers of the state may be non-finite. */
export async function seal(tensors: WritableTensors, state: JsonObject): Promise<Uint8Array> {
  const bytes = writeSafetensors(tensors, { [STATE]: encodeState(state), [DIGEST]: BLANK });
  const place = digestPlace(bytes, BLANK);
  if (place === undefined) throw new Error('the writer of safetensors files has changed its spelling');
  bytes.set(new TextEncoder().encode(await sha256(bytes)), place);
  return bytes;
}

/**
 * Opens what `seal` made.
 * @param file its name, for messages
 * @param read what reads its arrays: `readForeign` where they may be in half precision
 * @throws CAIRN_CHECKPOINT_DAMAGED
 */
export async function openSealed(
  bytes: Uint8Array,
  file: string,
  read: Reader = readSafetensors,
): Promise<Sealed> {
  const { tensors, metadata } = readFile(bytes, file, read);
  const { [STATE]: state, [DIGEST]: expected } = metadata;
  const place = expected?.length === 64 ? digestPlace(bytes, expected) : undefined;
  if (state === undefined || place === undefined) throw damaged(file, 'no sealed checkpoint');
  const blank = new Uint8Array(bytes);
  blank.set(new TextEncoder().encode(BLANK), place);
  const found = await sha256(blank);
  if (found !== expected) throw damaged(file, `expected SHA-256 ${expected}, found ${found}`);
  return { tensors, state: decodeState(state) };
}

function readFile(bytes: Uint8Array, file: string, read: Reader): Safetensors {
  try {
    return read(bytes, file);
  } catch (error) {
    if (!(error instanceof RouteError)) throw error;
    throw damaged(file, error.message.slice(file.length + 2), error);
  }
}

function damaged(file: string, what: string, cause?: unknown): RunError {
  return new RunError('CAIRN_CHECKPOINT_DAMAGED', `checkpoint ${file}: ${what}`, {
    fix: ['restore the file from a copy', 'or delete it: the same command then begins this run anew'],
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Within the state's text quotes are escaped, so only the metadata's own entry reads like this. */
function digestPlace(bytes: Uint8Array, digest: string): number | undefined {
  const headerEnd = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const entry = new TextEncoder().encode(`"${DIGEST}":"${digest}"`);
  for (let at = headerEnd - entry.length; at >= 8; at--) {
    if (entry.every((byte, i) => bytes[at + i] === byte)) return at + DIGEST.length + 4;
  }
  return undefined;
}

/** JSON has no NaN and no infinities: they are written as `{"$number": "NaN"}`. */
function encodeState(state: JsonObject): string {
  return JSON.stringify(state, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { $number: String(value) } : value,
  );
}

function decodeState(text: string): JsonObject {
  return JSON.parse(text, (_key, value: unknown) =>
    isRecord(value) && typeof value['$number'] === 'string' ? Number(value['$number']) : value,
  ) as JsonObject;
}
