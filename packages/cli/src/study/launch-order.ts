import type { PlannedRun } from '@cairn/engine';

/**
 * Runs in the order in which they are begun: as planned, but of as many students (pairs of teacher and seed) at a time
 * as there are processes, a condition of each after the other, the longest first, so that processes end together.
 * Beside each other run then students that see different views, where two conditions of one student would both work out
 * what their teacher says of the same one.
 */
export function launchOrder(runs: readonly PlannedRun[], workers: number): readonly PlannedRun[] {
  const [students, conditions] = [new Map<string, number>(), new Map<string, number>()];
  for (const run of runs) {
    for (const [places, name] of [
      [students, studentOf(run)],
      [conditions, run.condition],
    ] as const) {
      if (!places.has(name)) places.set(name, places.size);
    }
  }
  const place = (run: PlannedRun): readonly number[] => {
    const student = students.get(studentOf(run)) ?? 0;
    return [Math.floor(student / workers), -run.multiplyAdds, conditions.get(run.condition) ?? 0, student];
  };
  return runs.toSorted((a, b) => firstDifference(place(a), place(b)));
}

function studentOf({ teacherSeed, seed }: PlannedRun): string {
  return `${teacherSeed}/${seed}`;
}

function firstDifference(a: readonly number[], b: readonly number[]): number {
  return a.map((value, i) => value - (b[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
