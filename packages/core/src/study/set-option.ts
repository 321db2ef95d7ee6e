/** Sets one option by its path: the way through a study's data, and through the options of the plugins in it. */
import type { z } from 'zod';
import { UsageError } from '../errors.ts';
import { isRecord } from '../json.ts';
import { nearest } from '../nearest.ts';
import { isPluginData, pluginFrom, type PluginData } from '../plugin/data.ts';
import { optionPath } from '../plugin/option-errors.ts';
import { isTag, knownKeys } from '../plugin/option-schema.ts';
import type { OverrideValue } from './study.ts';

/** The schema of a plugin's options, where it is known. */
export type SchemaOf = (plugin: PluginData) => z.ZodType | undefined;

/** Where a path has come to. */
export interface Place {
  /** As the person wrote it, up to here, and the whole. */
  readonly walked: readonly string[];
  readonly path: string;
  /** What the options are checked by, and the way in it to here. */
  readonly schema: z.ZodType | undefined;
  readonly at: readonly PropertyKey[];
  /** In a plugin: any option may be set, its own schema is the judge. */
  readonly open: boolean;
  readonly schemaOf: SchemaOf;
}

/** A plugin with one of its options, or with no keys another plugin in its place. */
export function setInPlugin(
  plugin: PluginData,
  keys: readonly string[],
  value: OverrideValue,
  place: Place,
): PluginData {
  if (keys.length === 0) return pluginFrom(plugin.kind, value, place.path);
  const inside: Place = { ...place, schema: place.schemaOf(plugin), at: [], open: true };
  return { ...plugin, options: setIn(plugin.options, keys, value, inside) as PluginData['options'] };
}

/**
 * The target with a value at the end of the keys.
 * @throws CAIRN_OPTION_UNKNOWN, CAIRN_OPTION_INVALID
 */
export function setIn(target: unknown, keys: readonly string[], value: OverrideValue, place: Place): unknown {
  if (isPluginData(target)) return setInPlugin(target, keys, value, place);
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const below = (names: number, name: PropertyKey): Place => ({
    ...place,
    walked: [...place.walked, ...keys.slice(0, names)],
    at: [...place.at, name],
  });
  if (Array.isArray(target) && /^\d+$/.test(key) && Number(key) < target.length) {
    return target.map((item: unknown, i) =>
      i === Number(key) ? setIn(item, rest, value, below(1, i)) : item,
    );
  }
  const [name, length] = optionOf(target, keys, place);
  const record = isRecord(target) ? target : {};
  const kept = length === keys.length ? withoutOthers(record, name, value, place) : record;
  return { ...kept, [name]: setIn(record[name], keys.slice(length), value, below(length, name)) };
}

/** The option that a path goes on with, and how many of its keys that takes: names of conditions may have dots. */
function optionOf(target: unknown, keys: readonly string[], place: Place): readonly [string, number] {
  for (let length = keys.length; length > 0 && isRecord(target); length--) {
    const name = nameOf(target, keys.slice(0, length).join('.'));
    if (name !== undefined) return [name, length];
  }
  const [key = ''] = keys;
  if (place.open) return [camelCase(key), 1];
  const optional = schemaKeys(target, place).find((name) => name === key || name === camelCase(key));
  if (optional !== undefined) return [optional, 1];
  throw noSuchOption(target, keys, place);
}

/** When an option tells alternatives apart: the record without what the alternative of its new value does not have. */
function withoutOthers(
  record: Readonly<Record<string, unknown>>,
  name: string,
  value: OverrideValue,
  { schema, at }: Place,
): Readonly<Record<string, unknown>> {
  if (schema === undefined || !isTag(schema, at, name)) return record;
  const known = knownKeys(schema, at, { [name]: value });
  return Object.fromEntries(Object.entries(record).filter(([key]) => known.includes(key)));
}

function schemaKeys(target: unknown, { schema, at }: Place): readonly string[] {
  return schema === undefined || !isRecord(target) ? [] : knownKeys(schema, at, target);
}

function noSuchOption(target: unknown, keys: readonly string[], place: Place): UsageError {
  const names = isRecord(target) ? [...new Set([...Object.keys(target), ...schemaKeys(target, place)])] : [];
  const known = names.map((name) => optionPath([name]));
  // `rco-delta-0.5.curriculum`: a misspelt name may have dots where the known ones do.
  const close = keys
    .map((_, i) => [keys.slice(0, i + 1).join('.'), i] as const)
    .map(([word, dots]) =>
      nearest(
        word,
        known.filter((name) => name.split('.').length === dots + 1),
      ),
    )
    .findLast((found) => found !== undefined);
  const meant = close === undefined ? '' : `"${[...place.walked, close].join('.')}"? `;
  return new UsageError('CAIRN_OPTION_UNKNOWN', `${place.path}: no such option`, {
    fix: `${meant}known here: ${known.join(', ') || 'nothing'}`,
  });
}

function nameOf(record: Record<string, unknown>, key: string): string | undefined {
  if (Object.hasOwn(record, key)) return key;
  return Object.hasOwn(record, camelCase(key)) ? camelCase(key) : undefined;
}

/** `label-noise` as it stands in options: `labelNoise`. */
export function camelCase(key: string): string {
  return key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
