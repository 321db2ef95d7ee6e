/**
 * Options by their path: `student.model.depth`, `conditions.kd.curriculum.epochs`. A plugin's options stand right
 * below it. A path that starts with a plugin kind acts on every plugin of that kind, wherever it stands:
 * `anchor-policy` replaces it, `anchor-policy.delta` sets an option of those that have it.
 */
import { type CairnError, throwAll, UsageError } from '../errors.ts';
import { isRecord } from '../json.ts';
import { nearest } from '../nearest.ts';
import { isPluginData, type PluginData } from '../plugin/data.ts';
import { optionPath } from '../plugin/option-errors.ts';
import { isPluginKind } from '../plugin/kinds.ts';
import type { Overrides, OverrideValue } from './study.ts';

/** Whether a plugin has an option. */
export type HasOption = (plugin: PluginData, option: string) => boolean;

/**
 * The study with the overrides in place, in their order. Whether a plugin has such an option is checked later,
 * by its own schema; `hasOption` only says which plugins of a kind an override of the kind means.
 * @throws CAIRN_OPTION_UNKNOWN for a path that leads nowhere; several together
 */
export function applyOverrides<T extends object>(
  study: T,
  overrides: Overrides,
  hasOption: HasOption = () => true,
): T {
  const errors: CairnError[] = [];
  let result: unknown = study;
  for (const [path, value] of Object.entries(overrides)) {
    const keys = path.split('.');
    const [head = '', ...rest] = keys;
    if (isPluginKind(head) && !Object.hasOwn(study, head)) {
      const all: PluginData[] = [];
      everywhere(result, head, (plugin) => (all.push(plugin), plugin));
      const [option = ''] = rest;
      const having = all.filter((plugin) => option === '' || hasOption(plugin, camelCase(option)));
      // Where none has it, all are meant: their schemas say what they know.
      const meant = new Set(having.length === 0 ? all : having);
      const change = (plugin: PluginData) => changePlugin(plugin, rest, value);
      result = everywhere(result, head, (plugin) => (meant.has(plugin) ? change(plugin) : plugin));
      if (all.length === 0) {
        errors.push(new UsageError('CAIRN_OPTION_UNKNOWN', `${path}: this study has no ${head}`));
      }
    } else {
      result = set(result, keys, value, path, errors);
    }
  }
  throwAll(errors);
  return result as T;
}

function changePlugin(plugin: PluginData, keys: readonly string[], value: OverrideValue): PluginData {
  if (keys.length === 0 && isPluginData(value)) return value;
  if (keys.length === 0)
    return { kind: plugin.kind, id: typeof value === 'string' ? value : JSON.stringify(value), options: {} };
  return { ...plugin, options: setOption(plugin.options, keys, value) as PluginData['options'] };
}

/** Below a plugin any key may be set: its schema is the judge. */
function setOption(options: unknown, keys: readonly string[], value: OverrideValue): unknown {
  const [key = '', ...rest] = keys;
  const record = isRecord(options) ? options : {};
  const name = nameOf(record, key) ?? camelCase(key);
  const current = record[name];
  if (isPluginData(current)) return { ...record, [name]: changePlugin(current, rest, value) };
  return { ...record, [name]: rest.length === 0 ? value : setOption(current, rest, value) };
}

function set(
  target: unknown,
  keys: readonly string[],
  value: OverrideValue,
  path: string,
  errors: CairnError[],
): unknown {
  if (isPluginData(target)) return changePlugin(target, keys, value);
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(target) && /^\d+$/.test(key) && Number(key) < target.length) {
    return target.map((item: unknown, i) =>
      i === Number(key) ? set(item, rest, value, path, errors) : item,
    );
  }
  const name = isRecord(target) ? nameOf(target, key) : undefined;
  if (!isRecord(target) || name === undefined) {
    errors.push(noSuchOption(path, key, target));
    return target;
  }
  return { ...target, [name]: set(target[name], rest, value, path, errors) };
}

function noSuchOption(path: string, key: string, target: unknown): UsageError {
  const known = isRecord(target) ? Object.keys(target).map((k) => optionPath([k])) : [];
  const close = nearest(key, known);
  const prefix = path.slice(0, path.lastIndexOf(key));
  return new UsageError('CAIRN_OPTION_UNKNOWN', `${path}: no such option`, {
    fix: `${close === undefined ? '' : `"${prefix}${close}"? `}known here: ${known.join(', ') || 'nothing'}`,
  });
}

function everywhere(value: unknown, kind: string, change: (plugin: PluginData) => PluginData): unknown {
  if (isPluginData(value)) {
    const changed = value.kind === kind ? change(value) : value;
    return { ...changed, options: everywhere(changed.options, kind, change) };
  }
  if (Array.isArray(value)) return value.map((item) => everywhere(item, kind, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, everywhere(v, kind, change)]));
}

function nameOf(record: Record<string, unknown>, key: string): string | undefined {
  if (Object.hasOwn(record, key)) return key;
  return Object.hasOwn(record, camelCase(key)) ? camelCase(key) : undefined;
}

function camelCase(key: string): string {
  return key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
