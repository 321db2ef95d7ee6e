/** Turns zod's issues into messages that say the path, the value received, what is accepted and the nearest fix. */
import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import { isRecord } from '../json.ts';
import { suggestion } from '../nearest.ts';
import { knownKeys, schemaAt, type JsonSchema } from './option-schema.ts';

/** `['anchorPolicy', 'delta']` as it is written on the command line: `anchor-policy.delta`. */
export function optionPath(path: readonly PropertyKey[]): string {
  return path.map((p) => String(p).replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)).join('.');
}

/** @param base where the options stand, such as `curriculum.anchor-policy` */
export function optionErrors(
  error: z.ZodError,
  schema: z.ZodType,
  value: unknown,
  base: string,
): UsageError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(schema, issue.path, valueAt(value, issue.path));
      return issue.keys.map((key) => unknownOption(join(base, [...issue.path, key]), key, known));
    }
    const got = valueAt(value, issue.path);
    // A check across options says itself what it accepts.
    const accepted = issue.code === 'custom' ? undefined : describeOption(schema, issue.path);
    const repaired = typeof got === 'string' ? numberLike(got) : undefined;
    const fix = `${accepted ?? issue.message}${repaired === undefined ? '' : `; "${repaired}"?`}`;
    return [new UsageError('CAIRN_OPTION_INVALID', `${join(base, issue.path)}: ${show(got)}`, { fix })];
  });
}

/** An option that does not exist, with the nearest one that does. */
export function unknownOption(path: string, key: string, known: readonly string[]): UsageError {
  return new UsageError('CAIRN_OPTION_UNKNOWN', `${path}: no such option`, {
    fix: suggestion(
      optionPath([key]),
      known.map((k) => optionPath([k])),
    ),
  });
}

function join(base: string, path: readonly PropertyKey[]): string {
  return [base, optionPath(path)].filter((p) => p !== '').join('.');
}

function show(value: unknown): string {
  return value === undefined ? 'is missing' : `got ${JSON.stringify(value)}`;
}

function numberLike(text: string): string | undefined {
  const repaired = text.trim().replace(',', '.');
  return repaired !== '' && Number.isFinite(Number(repaired)) ? repaired : undefined;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (v, key) => (isRecord(v) || Array.isArray(v) ? Reflect.get(v, key) : undefined),
    value,
  );
}

/** `a number above 0 (default 0.8)`: what an option accepts, in words. */
export function describeOption(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  const found = schemaAt(schema, path);
  if (found === undefined) return undefined;
  const words = accepted(found);
  if (words === undefined) return undefined;
  return found.default === undefined ? words : `${words} (default ${JSON.stringify(found.default)})`;
}

function accepted(s: JsonSchema): string | undefined {
  if (s.description !== undefined) return s.description;
  if (s.enum !== undefined) return `one of ${s.enum.map(String).join(', ')}`;
  if (s.const !== undefined) return JSON.stringify(s.const);
  if (s.anyOf !== undefined) {
    const parts = s.anyOf.map(accepted).filter((p) => p !== undefined);
    return parts.length === 0 ? undefined : parts.join(', or ');
  }
  if (s.type === 'number' || s.type === 'integer') return numberInWords(s);
  if (s.type === 'boolean') return 'true or false';
  if (s.type === 'array') return s.minItems === undefined ? 'a list' : `a list of at least ${s.minItems}`;
  return s.type === 'string' ? 'text' : undefined;
}

function numberInWords(s: JsonSchema): string {
  const what = s.type === 'integer' ? 'an integer' : 'a number';
  const low = s.exclusiveMinimum !== undefined ? `above ${s.exclusiveMinimum}` : bound('at least', s.minimum);
  const high = s.exclusiveMaximum !== undefined ? `below ${s.exclusiveMaximum}` : bound('at most', s.maximum);
  return [what, [low, high].filter((t) => t !== undefined).join(' and ')].filter((t) => t !== '').join(' ');
}

function bound(words: string, value: number | undefined): string | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : `${words} ${value}`;
}
