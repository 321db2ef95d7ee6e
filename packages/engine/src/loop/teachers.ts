import { canonicalJson, RunError, type Guide, type Stage, type Teacher, type Update } from '@cairn/core';
import { AnchorTeacher, CachedTeacher } from '@cairn/route';
import type { Session } from './session.ts';
import { softened } from './softened.ts';
import type { RunRoute } from './types.ts';

/** The frozen teachers of one stage. */
export interface StageTeachers {
  readonly of: (update: Update) => Teacher | undefined;
  /** @throws CAIRN_WEIGHTS_MOVED when training has changed a frozen teacher */
  verify(): Promise<void>;
  dispose(): void;
}

/** Opens the anchors that a stage learns from, one teacher for each distinct guide. */
export async function openTeachers(session: Session, stage: Stage): Promise<StageTeachers> {
  const { env } = session;
  const anchors: AnchorTeacher[] = [];
  const teachers = new Map<string, Teacher>();
  for (const { guide } of stage.updates.flat()) {
    if (guide === undefined || teachers.has(canonicalJson(guide))) continue;
    const route = routeOf(session, stage, guide);
    const { store, manifest, model } = route;
    const graph = env.plugins.create(model).graph(env.splits.spec);
    const compile = () => env.backend.compile(graph, { taps: Object.keys(graph.taps), train: false });
    const teacher = await AnchorTeacher.create({ store, route: manifest, compile }, guide.anchors);
    anchors.push(teacher);
    const remembered = cached(session, teacher, guide, route);
    teachers.set(canonicalJson(guide), softened(remembered, guide.soften ?? 1));
  }
  return {
    of: ({ guide }) => (guide === undefined ? undefined : teachers.get(canonicalJson(guide))),
    async verify() {
      for (const teacher of anchors) await teacher.verify();
    },
    dispose() {
      for (const teacher of anchors) teacher.dispose();
    },
  };
}

/** The teacher behind the cache; softening comes after it, so that all temperatures share an entry. */
function cached(session: Session, teacher: Teacher, { anchors }: Guide, route: RunRoute): Teacher {
  const { env, spec, state, rows, forwardCost } = session;
  const { manifest, model } = route;
  const { input } = env.splits.spec;
  return new CachedTeacher(teacher, {
    cache: env.cache,
    facts: {
      weights: anchors.map((id) => manifest.anchors.find((anchor) => anchor.id === id)?.sha256 ?? ''),
      model: { ...model },
      data: env.splits.digest,
      part: 'train',
      augmentations: spec.augmentations.map((augmentation) => ({ ...augmentation })),
      input: { ...input },
      numerics: env.numerics,
    },
    rows,
    type: spec.teacherOutputs ?? 'float32',
    keep: (view, output) => env.keepOutputs?.({ routeId: manifest.id, anchors, view, output }) ?? false,
    used(hit, samples) {
      const { batches, cached: before, multiplyAdds } = state.reuse;
      const saved = hit ? anchors.length * samples * forwardCost.teacher : 0;
      state.reuse = {
        batches: batches + 1,
        cached: before + (hit ? 1 : 0),
        multiplyAdds: multiplyAdds + saved,
      };
    },
  });
}

/** @throws CAIRN_ROUTE_ABSENT */
function routeOf({ env }: Session, stage: Stage, guide: Guide): RunRoute {
  const route = guide.route === 'foreign' ? env.foreign : env.route;
  if (route !== undefined) return route;
  const which = guide.route === 'foreign' ? "another teacher's route" : 'a guide';
  throw new RunError('CAIRN_ROUTE_ABSENT', `stage "${stage.name}" has ${which}, but the run has none`, {
    fix:
      guide.route === 'foreign'
        ? 'a curriculum that learns from it must say usesForeign'
        : 'a curriculum that learns from anchors must say usesRoute',
  });
}
