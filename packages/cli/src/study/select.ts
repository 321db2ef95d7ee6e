import { suggestion, UsageError, type Registry, type Study } from '@cairn/core';

/**
 * The named conditions, with those that they are compared with or whose lengths they copy.
 * @throws CAIRN_CONDITION_UNKNOWN
 */
export function selectConditions(study: Study, only: readonly string[] | undefined, registry: Registry): Study {
  if (only === undefined) return study;
  const known = Object.keys(study.conditions);
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const condition = study.conditions[name];
    if (condition === undefined) {
      throw new UsageError('CAIRN_CONDITION_UNKNOWN', `--only: no condition "${name}"`, { fix: suggestion(name, known) });
    }
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const other of registry.create(condition.curriculum).after) want(other);
    if (condition.control !== undefined) want(condition.control);
  };
  only.forEach(want);
  if (study.conditions[study.baseline] !== undefined) wanted.add(study.baseline);
  const conditions = Object.entries(study.conditions).filter(([name]) => wanted.has(name));
  return { ...study, conditions: Object.fromEntries(conditions) };
}
