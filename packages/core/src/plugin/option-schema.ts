/** Finds one's way in a zod schema by option path: what stands there, and which options there are. */
import { z } from 'zod';
import { isRecord } from '../json.ts';

/** The part of JSON Schema that options are described in. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Record<string, JsonSchema>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly description?: string;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
}

/** What the schema says of the option at a path; undefined where it has none there. */
export function schemaAt(schema: z.ZodType, path: readonly PropertyKey[]): JsonSchema | undefined {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return path.reduce<JsonSchema | undefined>((s, key) => stepInto(s, key), root);
}

/**
 * The option names at a path of a schema.
 * @param value what stands there: of alternatives with a tag (`name: 'cosine'`) only those that it fits
 */
export function knownKeys(
  schema: z.ZodType,
  path: readonly PropertyKey[] = [],
  value?: unknown,
): readonly string[] {
  const found = schemaAt(schema, path);
  const all = choicesOf(found);
  const fitting = isRecord(value) ? all.filter((choice) => fits(choice, value)) : [];
  const meant = [found, ...(fitting.length === 0 ? all : fitting)];
  return [...new Set(meant.flatMap((s) => Object.keys(s?.properties ?? {})))];
}

/** Whether an option tells alternatives apart, as `name` does of schedules. */
export function isTag(schema: z.ZodType, path: readonly PropertyKey[], key: string): boolean {
  const choices = choicesOf(schemaAt(schema, path));
  return choices.length > 1 && choices.every((choice) => choice.properties?.[key]?.const !== undefined);
}

/** Of a choice, what the alternatives that have the key say of it. */
function stepInto(s: JsonSchema | undefined, key: PropertyKey): JsonSchema | undefined {
  const own = typeof key === 'number' ? s?.items : s?.properties?.[String(key)];
  if (own !== undefined) return own;
  if (typeof key !== 'number' && typeof s?.additionalProperties === 'object') return s.additionalProperties;
  const found = choicesOf(s)
    .map((choice) => stepInto(choice, key))
    .filter((each) => each !== undefined);
  const texts = found.map((each) => JSON.stringify({ ...each, default: undefined }));
  const distinct = found.filter((_, i) => texts.indexOf(texts[i] ?? '') === i);
  return distinct.length > 1 ? { anyOf: distinct } : distinct[0];
}

function choicesOf(s: JsonSchema | undefined): readonly JsonSchema[] {
  return s?.anyOf ?? s?.oneOf ?? [];
}

function fits(choice: JsonSchema, value: Readonly<Record<string, unknown>>): boolean {
  const properties = Object.entries(choice.properties ?? {});
  return properties.every(([key, { const: tag }]) => tag === undefined || value[key] === tag);
}
