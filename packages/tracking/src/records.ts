/** The journal's lines as data: what each type of record holds, and how numbers survive JSON. */
import { isRecord, type Json, type JsonObject, type RunRecord } from '@cairn/core';
import { z } from 'zod';

/**
 * Version of the format, and of what a run records in which order: a reader refuses newer ones. Since 2 the held-out
 * samples are a data set of their own, and stages have three series.
 */
export const JOURNAL_VERSION = 2;

const NON_FINITE = ['NaN', 'Infinity', '-Infinity'] as const;
const number = z.union([z.number(), z.enum(NON_FINITE).transform(Number)]);
const whole = z.number().int().nonnegative();
const texts = z.record(z.string(), z.string());
/** Where a record holds free data, texts that spell a non-finite number are that number. */
const json = z.custom<JsonObject>(isRecord).transform((value) => revive(value) as JsonObject);

const schemas = [
  z.object({
    type: z.literal('run_start'),
    uid: z.string(),
    experiment: z.string(),
    name: z.string(),
    startTime: z.number(),
    parentUid: z.string().exactOptional(),
    tags: texts,
  }),
  z.object({ type: z.literal('params'), params: texts }),
  z.object({
    type: z.literal('metrics'),
    metrics: z.array(z.tuple([z.string(), number, z.number(), z.number()])),
  }),
  z.object({ type: z.literal('tags'), tags: texts }),
  z.object({
    type: z.literal('dataset'),
    name: z.string(),
    digest: z.string(),
    source: z.string(),
    context: z.enum(['train', 'val', 'test']),
    rows: whole,
  }),
  z.object({
    type: z.literal('artifact'),
    path: z.string(),
    file: z.string(),
    sha256: z.string(),
    bytes: whole,
  }),
  z.object({
    type: z.literal('anchor'),
    anchors: z.array(z.object({ step: whole, hash: z.string() })),
    epoch: z.number(),
    reason: z.string(),
    numbers: json,
  }),
  z.object({ type: z.literal('stage'), stage: json }),
  z.object({
    type: z.literal('weights'),
    role: z.string(),
    epoch: z.number(),
    file: z.string(),
    sha256: z.string(),
  }),
  z.object({ type: z.literal('result'), result: json }),
  z.object({
    type: z.literal('run_end'),
    status: z.enum(['FINISHED', 'FAILED', 'KILLED']),
    endTime: z.number(),
  }),
] as const;

const recordSchema: z.ZodType<RunRecord> = z.discriminatedUnion('type', [...schemas]);
const types: ReadonlySet<string> = new Set(schemas.map((s) => s.shape.type.value));

/** A run went on: what the journal had counted when the state was saved. */
export interface ResumeRecord {
  readonly type: 'resume';
  readonly records: number;
}

/** One line. Records of types that this version does not know are kept as they are. */
export type JournalEntry =
  | {
      readonly kind: 'record';
      readonly time: number;
      readonly record: RunRecord;
      /** Of an earlier version. */
      readonly older?: true;
    }
  | { readonly kind: 'resume'; readonly time: number; readonly records: number }
  | { readonly kind: 'unknown'; readonly time: number; readonly type: string; readonly data: JsonObject };

/**
 * Whether a type has an ordinal. The ends and beginnings of processes have none: a run that was killed twice
 * counts the same records as one that never was.
 */
export function isCounted(type: string): boolean {
  return type !== 'resume' && type !== 'run_end';
}

/** A line, its newline included. */
export function encodeLine(record: RunRecord | ResumeRecord, time: number): string {
  const { type, ...rest } = record;
  return `${JSON.stringify({ v: JOURNAL_VERSION, t: time, type, ...rest }, spellNonFinite)}\n`;
}

/** The line's meaning, or in words what is wrong with it. A version above ours is given back as a number. */
export function decodeLine(text: string): JournalEntry | string | number {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return 'no JSON';
  }
  if (!isRecord(data)) return 'no JSON object';
  const { v, t: time, type } = data;
  if (!Number.isInteger(v) || typeof time !== 'number' || typeof type !== 'string')
    return 'without v, t and type';
  if (Number(v) > JOURNAL_VERSION) return Number(v);
  if (type === 'resume') {
    const { records } = data;
    return typeof records === 'number' ? { kind: 'resume', time, records } : 'resume: without records';
  }
  if (!types.has(type)) return { kind: 'unknown', time, type, data: data as JsonObject };
  const parsed = recordSchema.safeParse(data);
  const older = Number(v) < JOURNAL_VERSION ? ({ older: true } as const) : {};
  if (parsed.success) return { kind: 'record', time, record: parsed.data, ...older };
  const [issue] = parsed.error.issues;
  return `${type}: ${issue?.path.join('.')}: ${issue?.message}`;
}

function spellNonFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function revive(value: Json | undefined): Json | undefined {
  if (typeof value === 'string')
    return (NON_FINITE as readonly string[]).includes(value) ? Number(value) : value;
  if (Array.isArray(value)) return value.map((item) => revive(item as Json) as Json);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revive(v as Json)]));
}
