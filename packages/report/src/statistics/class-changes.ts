/** Which classes a condition gains and loses against another, on the same test images. */
import { mean } from '@cairn/core';
import { tQuantile } from './student-t.ts';

/** What runs of one condition say, by seed. */
export interface Answers {
  readonly seed: number;
  readonly teacherSeed?: number;
  readonly labels: Int32Array;
  readonly predicted: Int32Array;
}

export interface GroupChange {
  /** Of the class or superclass. */
  readonly group: number;
  readonly images: number;
  /** Shares of images, 0 to 1: mean over paired runs. */
  readonly own: number;
  readonly theirs: number;
  readonly difference: number;
  /** 95 % over the group's images, given the trained networks. Absent for one image. */
  readonly halfWidth?: number;
}

/**
 * Per group of test images: accuracy of one condition less that of the other, runs paired by their seeds. The
 * interval is the t-interval of the mean over images of the per-image difference.
 * @param groupOf of a class
 * @returns undefined where no run of the two has the same seeds
 */
export function classChanges(
  own: readonly Answers[],
  others: readonly Answers[],
  groupOf: (label: number) => number,
): GroupChange[] | undefined {
  const pairs = own.flatMap((run) => {
    const found = others.find(
      (other) =>
        other.seed === run.seed &&
        (other.teacherSeed ?? run.teacherSeed) === (run.teacherSeed ?? other.teacherSeed),
    );
    return found === undefined ? [] : [[run, found] as const];
  });
  const labels = pairs[0]?.[0].labels;
  if (labels === undefined) return undefined;
  const right = (run: Answers, i: number): number => (run.predicted[i] === labels[i] ? 1 : 0);
  const groups = Map.groupBy(Array.from(labels.keys()), (i) => groupOf(labels[i] ?? 0));
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([group, images]) => {
      const [mine, theirs] = [0, 1].map((side) =>
        mean(images.map((i) => mean(pairs.map((pair) => right(pair[side] as Answers, i))))),
      );
      const differences = images.map((i) =>
        mean(pairs.map(([run, other]) => right(run, i) - right(other, i))),
      );
      const difference = mean(differences);
      const n = images.length;
      const variance = differences.reduce((sum, d) => sum + (d - difference) ** 2, 0) / (n - 1);
      return {
        group,
        images: n,
        own: mine ?? NaN,
        theirs: theirs ?? NaN,
        difference,
        ...(n < 2 ? {} : { halfWidth: tQuantile(0.975, n - 1) * Math.sqrt(variance / n) }),
      };
    });
}
