import { suggestion, throwAll, UsageError, type CairnError, type Registry, type Study } from '@cairn/core';
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
  const known = Object.keys(study.conditions);
  const wanted = new Set<string>();
  const errors: CairnError[] = [];
  const want = (given: string): void => {
    const name = alias.get(given) ?? given;
    const condition = study.conditions[name];
    if (condition === undefined) {
      const fix = suggestion(name, known);
      errors.push(new UsageError('CAIRN_CONDITION_UNKNOWN', `--only: no condition "${name}"`, { fix }));
      return;
    }
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const other of registry.create(condition.curriculum).after) want(other);
    if (condition.control !== undefined) want(condition.control);
  };
  only.forEach(want);
  throwAll(errors);
  if (study.conditions[study.baseline] !== undefined) wanted.add(study.baseline);
  const conditions = Object.entries(study.conditions).filter(([name]) => wanted.has(name));
  return { ...study, conditions: Object.fromEntries(conditions) };
}
