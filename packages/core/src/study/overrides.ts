/**
 * Options by their path: `student.model.depth`, `conditions.kd.curriculum.epochs`. A plugin's options stand right
 * below it. A path that starts with a plugin kind acts on every plugin of that kind, wherever it stands:
 * `anchor-policy` replaces it, `anchor-policy.delta` sets an option of those that have it.
 */
import type { z } from 'zod';
import { CairnError, throwAll, UsageError } from '../errors.ts';
import { isRecord } from '../json.ts';
import { isPluginData, type PluginData } from '../plugin/data.ts';
import { isPluginKind, type PluginKind } from '../plugin/kinds.ts';
import { knownKeys } from '../plugin/option-schema.ts';
import { camelCase, setIn, setInPlugin, type Place, type SchemaOf } from './set-option.ts';
import type { Overrides, OverrideValue } from './study.ts';

/** What says which options there are. Without it those that stand in the study are, and any in a plugin. */
export interface OptionSchemas {
  readonly study?: z.ZodType | undefined;
  readonly plugin?: SchemaOf | undefined;
}

/**
 * The study with the overrides in place, in their order. Whether a plugin has such an option is checked later, by its
 * own schema. An option that tells alternatives apart, such as `schedule.name`, takes those with it that its new value
 * does not have.
 * @throws CAIRN_OPTION_UNKNOWN for a path that leads nowhere, CAIRN_OPTION_INVALID for a value that is no plugin where
 *   one stands; several together
 */
export function applyOverrides<T extends object>(
  study: T,
  overrides: Overrides,
  schemas: OptionSchemas = {},
): T {
  const errors: CairnError[] = [];
  let result: unknown = study;
  for (const [path, value] of Object.entries(overrides)) {
    const keys = path.split('.');
    const [head = '', ...rest] = keys;
    const { study: schema, plugin: schemaOf = () => undefined } = schemas;
    const place: Place = { walked: [], path, schema, at: [], open: false, schemaOf };
    try {
      result =
        isPluginKind(head) && !isOfStudy(study, head, rest[0])
          ? setInKind(result, head, rest, value, place)
          : setIn(result, keys, value, place);
    } catch (error) {
      if (!(error instanceof CairnError)) throw error;
      errors.push(error);
    }
  }
  throwAll(errors);
  return result as T;
}

/** `augmentation.views` is the study's own option, `augmentation.padding` one of its augmentations'. */
function isOfStudy(study: object, kind: PluginKind, option = ''): boolean {
  const own = (study as Readonly<Record<string, unknown>>)[kind];
  if (!isRecord(own) || isPluginData(own)) return Object.hasOwn(study, kind);
  return Object.hasOwn(own, camelCase(option));
}

/** Where no plugin of the kind has the option, all are meant: their schemas say what they know. */
function setInKind(
  study: unknown,
  kind: PluginKind,
  keys: readonly string[],
  value: OverrideValue,
  place: Place,
): unknown {
  const all: PluginData[] = [];
  everywhere(study, kind, (plugin) => (all.push(plugin), plugin));
  if (all.length === 0) {
    throw new UsageError('CAIRN_OPTION_UNKNOWN', `${place.path}: this study has no ${kind}`);
  }
  const [option] = keys;
  const has = (plugin: PluginData, name: string) => {
    const schema = place.schemaOf(plugin);
    return schema !== undefined && knownKeys(schema).includes(name);
  };
  const having = option === undefined ? all : all.filter((plugin) => has(plugin, camelCase(option)));
  const meant = new Set(having.length === 0 ? all : having);
  return everywhere(study, kind, (plugin) =>
    meant.has(plugin) ? setInPlugin(plugin, keys, value, { ...place, walked: [kind] }) : plugin,
  );
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
