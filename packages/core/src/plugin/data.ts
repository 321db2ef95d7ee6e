import { z } from 'zod';
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

/** zod schema for an option that holds another plugin: `anchorPolicy: pluginRef('anchor-policy')`. */
export function pluginRef<K extends PluginKind>(kind: K): z.ZodType<PluginData<K>, PluginData<K>> {
  const error = `a plugin of kind ${kind}`;
  return z
    .custom<PluginData<K>>((value) => isPluginData(value) && value.kind === kind, { error })
    .describe(error);
}
