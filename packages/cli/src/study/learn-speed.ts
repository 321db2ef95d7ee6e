import { NodeStore } from '../files/index.ts';
import { finishedRun } from './finished.ts';
import type { OpenedStudy } from './open-study.ts';
import { addSpeed, type Measured } from './speed.ts';
import type { StudyStatus } from './status.ts';

/**
 * Learns the machine's speed from the runs that were trained here from beginning to end.
 * @param seconds of the tasks that ended well
 * @param threads of each run
 */
export async function learnSpeed(
  { plan, places, store }: OpenedStudy,
  status: StudyStatus,
  seconds: ReadonlyMap<string, number>,
  threads: number,
): Promise<void> {
  const measured: Measured[] = [];
  for (const run of plan.runs) {
    const took = seconds.get(run.id);
    if (took === undefined || status.runs.get(run.id)?.state === 'continues') continue;
    const finished = await finishedRun(new NodeStore(`${store.location}/${run.id}`), run.hash);
    if (finished === undefined) continue;
    const { cost, reuse } = finished.result;
    const done = cost.student + cost.teacher + cost.search - (reuse?.multiplyAdds ?? 0);
    measured.push({ multiplyAdds: done, seconds: took * threads });
  }
  await addSpeed(places.home, plan.numerics, measured);
}
