import { suggestion, throwAll, UsageError, type Registry, type Study } from '@cairn/core';
import type { ResolvedStudy } from '@cairn/engine';

/**
 * The named conditions, with those that they are compared with or whose lengths they copy. The name of a condition
 * that became equal to another one stands for that one.
 * @throws CAIRN_CONDITION_UNKNOWN; several together
 */
export function selectConditions(
  { study, alias }: ResolvedStudy,
  only: readonly string[] | undefined,
  registry: Registry,
): Study {
  if (only === undefined) return study;
  const given = only.map((name) => alias.get(name) ?? name);
  checkNames(given, Object.keys(study.conditions));
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const condition = study.conditions[name];
    if (condition === undefined || wanted.has(name)) return;
    wanted.add(name);
    for (const other of registry.create(condition.curriculum).after) want(alias.get(other) ?? other);
    if (condition.control !== undefined) want(condition.control);
  };
  given.forEach(want);
  if (study.conditions[study.baseline] !== undefined) wanted.add(study.baseline);
  const conditions = Object.entries(study.conditions).filter(([name]) => wanted.has(name));
  return { ...study, conditions: Object.fromEntries(conditions) };
}

/** @throws CAIRN_CONDITION_UNKNOWN; several together */
export function checkNames(only: readonly string[], known: readonly string[]): void {
  const unknown = only.filter((name) => !known.includes(name));
  throwAll(
    unknown.map(
      (name) =>
        new UsageError('CAIRN_CONDITION_UNKNOWN', `--only: no condition "${name}"`, {
          fix: suggestion(name, known),
        }),
    ),
  );
}
