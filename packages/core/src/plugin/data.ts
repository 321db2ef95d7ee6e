import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { isRecord, type JsonObject } from '../json.ts';
import { isPluginKind, type PluginKind } from './kinds.ts';

/** A choice of plugin as plain data: what a study holds, what is logged, what is hashed. */
export interface PluginData<K extends PluginKind = PluginKind> {
  readonly kind: K;
  readonly id: string;
  readonly options: JsonObject;
}

export function isPluginData(value: unknown): value is PluginData {
  return (
    isRecord(value) &&
    typeof value['kind'] === 'string' &&
    isPluginKind(value['kind']) &&
    typeof value['id'] === 'string' &&
    isRecord(value['options'])
  );
}

/**
 * A choice of plugin as a person writes it where one stands: an id, or `{ id, options }`; `kind` may be left out.
 * @param path where it stands, for the message
 * @throws CAIRN_OPTION_INVALID for anything else
 */
export function pluginFrom<K extends PluginKind>(kind: K, value: unknown, path: string): PluginData<K> {
  const { id, options = {}, kind: named = kind, ...others } = isRecord(value) ? value : { id: value };
  if (typeof id === 'string' && isRecord(options) && named === kind && Object.keys(others).length === 0) {
    return { kind, id, options: options as JsonObject };
  }
  throw new UsageError('CAIRN_OPTION_INVALID', `${path}: got ${JSON.stringify(value)}`, {
    fix: `${article(kind)} by its id, or {"id":"<id>","options":{…}}`,
  });
}

function article(kind: PluginKind): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/** zod schema for an option that holds another plugin: `anchorPolicy: pluginRef('anchor-policy')`. */
export function pluginRef<K extends PluginKind>(kind: K): z.ZodType<PluginData<K>, PluginData<K>> {
  const error = `a plugin of kind ${kind}`;
  return z
    .custom<PluginData<K>>((value) => isPluginData(value) && value.kind === kind, { error })
    .describe(error);
}
