/** What the cache of teachers' outputs will do for the runs of a plan that are due. */
import { plannedReuse, type Plan, type PlannedReuse } from '@cairn/engine';
import { percent } from '../format.ts';
import { scaled } from '../terminal/format.ts';
import type { StudyStatus } from './status.ts';

export interface PlannedCache extends PlannedReuse {
  /** Bytes that it may have. */
  readonly limit: number;
}

/** Where the cache is off it saves nothing. */
export function plannedCache(plan: Plan, status: StudyStatus, limit: number): PlannedCache {
  const due = plan.runs.filter(({ id }) => status.runs.get(id)?.state !== 'reused');
  if (limit === 0) return { limit, bytes: 0, saved: new Map() };
  return { limit, ...plannedReuse(plan, new Set(due.map(({ id }) => id))) };
}

/** ` (its teacher 1.2 T, with the cache 300 G)`; empty where nothing is saved. */
export function teacherShare(
  { id, guide }: Plan['runs'][number],
  { saved }: Pick<PlannedCache, 'saved'>,
): string {
  const less = saved.get(id) ?? 0;
  if (guide === undefined || less === 0) return '';
  return ` (teacher ${scaled(guide.multiplyAdds)}, ${scaled(guide.multiplyAdds - less)} with the cache)`;
}

/** A line for the end of a plan. */
export function cacheLine({ runs }: Plan, cache: PlannedCache): string {
  const saved = [...cache.saved.values()].reduce((a, b) => a + b, 0);
  if (cache.limit === 0) return 'cache  off';
  if (saved === 0) return 'cache  no teacher output is asked for twice';
  const all = runs
    .filter(({ id }) => cache.saved.has(id))
    .reduce((sum, run) => sum + (run.guide?.multiplyAdds ?? 0), 0);
  const short =
    cache.bytes > cache.limit
      ? `; at most ${scaled(cache.limit)}B are kept, so it saves less (--cache-limit)`
      : '';
  return `cache  ${scaled(cache.bytes)}B of teacher outputs save ${scaled(saved)} of the teachers' ${scaled(all)} multiply-adds (${percent(saved / all, 0)})${short}`;
}
