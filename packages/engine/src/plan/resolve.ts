import {
  applyOverrides,
  canonicalJson,
  CairnError,
  expandSweep,
  isPluginData,
  isRecord,
  optionErrors,
  studySchema,
  suggestion,
  throwAll,
  UsageError,
  type OptionSchemas,
  type Overrides,
  type Registry,
  type Study,
  type StudyFile,
} from '@cairn/core';

export interface ResolvedStudy {
  readonly study: Study;
  /** What the overrides did that one may not expect, a line each. */
  readonly notes: readonly string[];
  /** Conditions that became equal to another one, with its name. */
  readonly alias: ReadonlyMap<string, string>;
}

/**
 * A study with its profile and overrides in place, everything checked and every default filled in.
 * @throws CAIRN_PROFILE_UNKNOWN, CAIRN_OPTION_INVALID, CAIRN_OPTION_UNKNOWN, CAIRN_PLUGIN_UNKNOWN,
 *   CAIRN_CONDITION_UNKNOWN, CAIRN_CONDITION_CYCLE, CAIRN_TEACHER_CURRICULUM; several together
 */
export function resolveStudy(
  file: StudyFile,
  registry: Registry,
  profile: string,
  overrides: Overrides,
): ResolvedStudy {
  const errors: CairnError[] = [];
  const changes = file.profiles[profile];
  if (changes === undefined) errors.push(unknownProfile(profile, file));
  const plain = parseStudy(file.study);
  const [early, late] = beforeAndAfterSweep(plain, changes ?? {});
  const declared = parseStudy(applyOverrides(plain, early, schemasOf(registry)));
  const [first, ofPoints] = beforeAndAfterSweep(declared, overrides);
  const applied = applyEach(declared, first, registry, errors);
  const wanted = attempt(errors, () => parseStudy(applied));
  const expanded = wanted && attempt(errors, () => expandSweep(wanted, schemasOf(registry).plugin));
  const pointwise = expanded && applyEach(expanded, { ...late, ...ofPoints }, registry, errors);
  const swept = pointwise && attempt(errors, () => parseStudy(pointwise));
  // Also where the study is wrong: what its plugins are told is looked at all the same.
  const resolved = attempt(errors, () => resolvePlugins(swept ?? wanted ?? applied, registry));
  throwAll(errors);
  const points = Object.keys(swept?.conditions ?? {}).filter(
    (name) => !Object.hasOwn(applied.conditions, name),
  );
  const collapsed = collapse(resolvePlugins(declared, registry), resolved ?? declared, new Set(points));
  throwAll(conditionErrors(collapsed, registry));
  return collapsed;
}

/** Options of conditions that are not there yet are those of a sweep's points. */
function beforeAndAfterSweep({ conditions }: Study, overrides: Overrides): readonly [Overrides, Overrides] {
  const there = Object.keys(conditions).map((name) => `conditions.${name}`);
  const isLater = ([path]: readonly [string, unknown]) =>
    path.startsWith('conditions.') && !there.some((name) => path === name || path.startsWith(`${name}.`));
  const all = Object.entries(overrides);
  const split = (later: boolean) => Object.fromEntries(all.filter((entry) => isLater(entry) === later));
  return [split(false), split(true)];
}

function unknownProfile(profile: string, { profiles }: StudyFile): UsageError {
  return new UsageError('CAIRN_PROFILE_UNKNOWN', `--profile: got "${profile}"`, {
    fix: suggestion(profile, Object.keys(profiles)),
  });
}

/** One override after the other, without those that lead nowhere. */
function applyEach(study: Study, overrides: Overrides, registry: Registry, errors: CairnError[]): Study {
  return Object.entries(overrides).reduce(
    (before, [path, value]) =>
      attempt(errors, () => applyOverrides(before, { [path]: value }, schemasOf(registry))) ?? before,
    study,
  );
}

function schemasOf(registry: Registry): Required<OptionSchemas> {
  return { study: studySchema, plugin: (plugin) => registry.schemaOf(plugin) };
}

function parseStudy(input: unknown): Study {
  const parsed = studySchema.safeParse(input);
  if (parsed.success) return parsed.data;
  throwAll(optionErrors(parsed.error, studySchema, input, ''));
  throw parsed.error;
}

function resolvePlugins(study: Study, registry: Registry): Study {
  const errors: CairnError[] = [];
  const walk = (value: unknown, path: string): unknown => {
    if (isPluginData(value)) return attempt(errors, () => registry.resolve(value, path)) ?? value;
    if (Array.isArray(value)) return value.map((item, i) => walk(item, `${path}.${i}`));
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, path === '' ? key : `${path}.${key}`)]),
    );
  };
  const resolved = walk(study, '') as Study;
  throwAll(errors);
  return resolved;
}

function attempt<T>(errors: CairnError[], action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    errors.push(error);
    return undefined;
  }
}

/**
 * Conditions that the overrides made equal run once, under the first name; so do points of a sweep that are one of
 * the conditions.
 */
function collapse(declared: Study, wanted: Study, points: ReadonlySet<string>): ResolvedStudy {
  const alias = new Map<string, string>();
  const textOf = (study: Study, name: string) => canonicalJson(study.conditions[name]?.curriculum);
  const kept = new Map<string, string>();
  for (const name of Object.keys(wanted.conditions)) {
    const text = copiedAs(textOf(wanted, name), alias);
    const twin = kept.get(text);
    if (twin === undefined) kept.set(text, name);
    else if (points.has(name) || textOf(declared, name) !== textOf(declared, twin)) alias.set(name, twin);
  }
  const conditions = Object.fromEntries(
    Object.entries(wanted.conditions)
      .filter(([name]) => !alias.has(name))
      .map(([name, { curriculum, control }]) => {
        const matched = control === undefined ? undefined : (alias.get(control) ?? control);
        return [
          name,
          { curriculum, ...(matched === undefined || matched === name ? {} : { control: matched }) },
        ];
      }),
  );
  const baseline = alias.get(wanted.baseline) ?? wanted.baseline;
  const primary = primaryAfter(wanted.primary, alias);
  const notes = [...alias].map(([name, twin]) => `${name} is now the same as ${twin} and runs once`);
  return { study: { ...wanted, conditions, baseline, primary }, notes, alias };
}

/** A curriculum's text with the names that stand for the conditions it copies. */
function copiedAs(text: string, alias: ReadonlyMap<string, string>): string {
  return text.replace(/"as":"([^"]*)"/g, (_, name: string) => `"as":"${alias.get(name) ?? name}"`);
}

/** Contrasts by the names that stay; one of a condition with itself is none. */
function primaryAfter(primary: Study['primary'], alias: ReadonlyMap<string, string>): Study['primary'] {
  const named = primary.map((contrast) => ({
    ...contrast,
    condition: alias.get(contrast.condition) ?? contrast.condition,
    against: alias.get(contrast.against) ?? contrast.against,
  }));
  const texts = named.map(({ condition, against, metric }) => [condition, against, metric].join(' '));
  return named.filter((c, i) => c.condition !== c.against && texts.indexOf(texts[i] ?? '') === i);
}

function conditionErrors(resolved: ResolvedStudy, registry: Registry): CairnError[] {
  const { study, alias } = resolved;
  const known = Object.keys(study.conditions);
  const errors: CairnError[] = [];
  const check = (path: string, name: string | undefined) => {
    if (name === undefined || known.includes(alias.get(name) ?? name)) return;
    errors.push(
      new UsageError('CAIRN_CONDITION_UNKNOWN', `${path}: no condition "${name}"`, {
        fix: suggestion(name, known),
      }),
    );
  };
  const { curriculum: own } = study.teacher;
  if (registry.create(own).usesRoute) {
    const message = `teacher.curriculum: "${own.id}" learns from a route, and a teacher makes one`;
    const fix = 'a curriculum without a teacher, such as supervised';
    errors.push(new UsageError('CAIRN_TEACHER_CURRICULUM', message, { fix }));
  }
  check('baseline', study.baseline);
  study.primary.forEach(({ condition, against }, i) => {
    check(`primary.${i}.condition`, condition);
    check(`primary.${i}.against`, against);
  });
  for (const [name, { control, curriculum }] of Object.entries(study.conditions)) {
    check(`conditions.${name}.control`, control);
    for (const other of registry.create(curriculum).after) check(`conditions.${name}.curriculum`, other);
  }
  errors.push(...cycleErrors(resolved, registry));
  return errors;
}

function cycleErrors({ study, alias }: ResolvedStudy, registry: Registry): CairnError[] {
  const after = (name: string) => {
    const condition = study.conditions[name];
    const others = condition === undefined ? [] : registry.create(condition.curriculum).after;
    return others.map((other) => alias.get(other) ?? other);
  };
  const cycleFrom = (path: readonly string[]): readonly string[] | undefined => {
    for (const next of after(path.at(-1) ?? '')) {
      if (next === path[0]) return [...path, next];
      if (path.includes(next)) continue;
      const found = cycleFrom([...path, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  for (const name of Object.keys(study.conditions)) {
    const cycle = cycleFrom([name]);
    if (cycle === undefined) continue;
    const text = cycle.map((n) => `"${n}"`).join(' -> ');
    return [new UsageError('CAIRN_CONDITION_CYCLE', `conditions wait for each other: ${text}`)];
  }
  return [];
}
