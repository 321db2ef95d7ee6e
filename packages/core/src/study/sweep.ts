/** Grids and lists over options: from one condition to many, with names that say what differs. */
import { CairnError, throwAll, UsageError } from '../errors.ts';
import { canonicalJson, isRecord } from '../json.ts';
import { suggestion } from '../nearest.ts';
import { isPluginData } from '../plugin/data.ts';
import { applyOverrides } from './overrides.ts';
import type { SchemaOf } from './set-option.ts';
import type { Condition, Overrides, OverrideValue, Study } from './study.ts';

/** One combination of a sweep. */
interface Point {
  readonly name: string;
  readonly changes: Overrides;
}

/**
 * The study with every point of its sweeps as a condition of its own, after those that are declared. A control that
 * copies the swept condition is multiplied with it, so that each point has one of its own length; any other is shared.
 * @throws CAIRN_CONDITION_UNKNOWN, CAIRN_OPTION_UNKNOWN, CAIRN_SWEEP_CONFLICT, CAIRN_SWEEP_DUPLICATE; several together
 */
export function expandSweep(study: Study, schemaOf?: SchemaOf): Study {
  const errors: CairnError[] = [];
  const conditions: Record<string, Condition> = { ...study.conditions };
  const add = (name: string, condition: Condition): void => {
    if (Object.hasOwn(conditions, name)) errors.push(duplicate(`"${name}" stands twice`));
    conditions[name] = condition;
  };
  for (const [swept, options] of Object.entries(study.sweep)) {
    const base = study.conditions[swept];
    if (base === undefined) {
      const fix = suggestion(swept, Object.keys(study.conditions));
      errors.push(new UsageError('CAIRN_CONDITION_UNKNOWN', `sweep: no condition "${swept}"`, { fix }));
      continue;
    }
    const control = base.control === undefined ? undefined : study.conditions[base.control];
    const follows = control !== undefined && copies(control.curriculum, swept);
    const known = new Map<string, string>();
    for (const { name, changes } of pointsOf(options)) {
      const point = `${swept}-${name}`;
      const condition = changed(base, { swept, changes, schemaOf }, errors);
      if (condition === undefined) break;
      const twin = known.get(canonicalJson(condition));
      if (twin !== undefined && twin !== point)
        errors.push(duplicate(`"${point}" and "${twin}" are the same`));
      known.set(canonicalJson(condition), point);
      if (!follows) {
        add(point, condition);
        continue;
      }
      const own = `${base.control}-${name}`;
      add(point, { ...condition, control: own });
      add(own, { ...control, curriculum: copying(control.curriculum, swept, point) });
    }
  }
  throwAll(errors);
  return { ...study, conditions, sweep: {} };
}

/** Every combination, the last option fastest. */
function pointsOf(options: Readonly<Record<string, readonly OverrideValue[]>>): readonly Point[] {
  return Object.entries(options)
    .reduce<readonly Point[]>(
      (points, [path, values]) =>
        points.flatMap(({ name, changes }) =>
          values.map((value, i) => ({
            name: [name, path.split(/[.]/).at(-1) ?? '', nameOf(value, i)].filter((t) => t !== '').join('-'),
            changes: { ...changes, [path]: value },
          })),
        ),
      [{ name: '', changes: {} }],
    )
    .map((point) => ({ ...point, name: kebab(point.name) }));
}

/** `0.4`, `true`, `growth`, a plugin's id; a list or an object by its place. */
function nameOf(value: unknown, place: number): string {
  if (isPluginData(value)) return value.id;
  if (typeof value === 'object' && value !== null) return String(place + 1);
  return String(value)
    .replace(/^-/, 'minus-')
    .replace('e-', 'e-minus-')
    .replace(/[^\w.-]+/g, '-');
}

function kebab(text: string): string {
  return text
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll('_', '-');
}

/** The condition with a point's values; undefined, with an error, where they do not fit or set one option twice. */
function changed(
  base: Condition,
  {
    swept,
    changes,
    schemaOf,
  }: { readonly swept: string; readonly changes: Overrides; readonly schemaOf: SchemaOf | undefined },
  errors: CairnError[],
): Condition | undefined {
  const backwards = Object.fromEntries(Object.entries(changes).reverse());
  try {
    const [there, back] = [changes, backwards].map((each) =>
      applyOverrides(base, each, { plugin: schemaOf }),
    ) as [Condition, Condition];
    if (canonicalJson(there) === canonicalJson(back)) return there;
    const paths = Object.keys(changes).map((path) => `"${path}"`);
    const message = `sweep.${swept}: ${paths.join(' and ')} set the same option`;
    errors.push(new UsageError('CAIRN_SWEEP_CONFLICT', message, { fix: 'each option by one path' }));
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    errors.push(
      new UsageError('CAIRN_OPTION_UNKNOWN', `sweep.${swept}: ${error.message}`, {
        fix: error.fix,
        cause: error,
      }),
    );
  }
  return undefined;
}

function duplicate(what: string): UsageError {
  return new UsageError('CAIRN_SWEEP_DUPLICATE', `sweep: ${what}`, {
    fix: 'each combination of values once',
  });
}

/** Whether an option `{ as: condition }` stands anywhere in it. */
function copies(value: unknown, condition: string): boolean {
  if (Array.isArray(value)) return value.some((item) => copies(item, condition));
  if (!isRecord(value)) return false;
  return value['as'] === condition || Object.values(value).some((item) => copies(item, condition));
}

function copying<T>(value: T, from: string, to: string): T {
  if (Array.isArray(value)) return value.map((item: unknown) => copying(item, from, to)) as T;
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, item]) =>
    key === 'as' && item === from ? [key, to] : [key, copying(item, from, to)],
  );
  return Object.fromEntries(entries) as T;
}
