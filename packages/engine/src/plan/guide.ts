/** What a plan says of a student's guides, and of how the student sees and hears them. */
import type { Curriculum, NetInfo, PluginData, Study } from '@cairn/core';
import { netInfo } from '@cairn/nn';
import type { RunSpec } from '../loop/types.ts';
import { within } from './plan-errors.ts';
import type { PlanGround } from './plan.ts';

export interface PlannedGuide {
  /** Multiply-adds of one anchor for one image. */
  readonly forward: number;
  /** Of all its anchors together; a part of the run's. */
  readonly multiplyAdds: number;
  /** What the losses ask for, by name: values for one image. */
  readonly outputs: Readonly<Record<string, number>>;
}

/** What of a student's spec is no default: the views that it sees, and in what it hears of its guides. */
export function shownAndHeard(
  { augmentation: { views, seed }, teacher: { outputs } }: Study,
  { usesRoute }: Curriculum,
): Pick<RunSpec, 'augmentation' | 'teacherOutputs'> {
  return {
    ...(views === 'fresh' ? {} : { augmentation: { views, seed } }),
    ...(usesRoute && outputs !== 'float32' ? { teacherOutputs: outputs } : {}),
  };
}

/** What the losses of a curriculum ask its guides for: values for one image, by name. */
export function guideOutputs(
  { student, teacher }: Study,
  curriculum: PluginData<'curriculum'>,
  { registry, spec }: Pick<PlanGround, 'registry' | 'spec'>,
): Readonly<Record<string, number>> {
  const [learner, guide] = [student, teacher].map(({ model }) =>
    netInfo(registry.create(model).graph(spec)),
  ) as [NetInfo, NetInfo];
  const losses = within(curriculum.options, 'loss').map((loss) => registry.create(loss));
  const names = losses.flatMap((loss) => loss.needs(learner, guide).guide);
  const shapes = { ...guide.taps, ...guide.outputs };
  return Object.fromEntries(names.map((name) => [name, (shapes[name] ?? []).reduce((a, b) => a * b, 1)]));
}
