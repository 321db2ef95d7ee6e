import { RunError, type Stage, type Teacher, type Update } from '@cairn/core';
import { AnchorTeacher } from '@cairn/route';
import type { Session } from './session.ts';

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
  const teachers = new Map<string, AnchorTeacher>();
  for (const { guide } of stage.updates.flat()) {
    if (guide === undefined) continue;
    if (env.route === undefined) {
      throw new RunError(
        'CAIRN_ROUTE_ABSENT',
        `stage "${stage.name}" has a guide, but the run has no route`,
        {
          fix: 'a curriculum that learns from anchors must say usesRoute',
        },
      );
    }
    const key = guide.anchors.join('+');
    if (teachers.has(key)) continue;
    const { store, manifest } = env.route;
    const graph = env.plugins.create(env.route.model).graph(env.splits.spec);
    const compile = () => env.backend.compile(graph, { taps: Object.keys(graph.taps), train: false });
    teachers.set(key, await AnchorTeacher.create({ store, route: manifest, compile }, guide.anchors));
  }
  return {
    of: ({ guide }) => (guide === undefined ? undefined : teachers.get(guide.anchors.join('+'))),
    async verify() {
      for (const teacher of teachers.values()) await teacher.verify();
    },
    dispose() {
      for (const teacher of teachers.values()) teacher.dispose();
    },
  };
}
