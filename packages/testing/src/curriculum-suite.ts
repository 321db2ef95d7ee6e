import { inSteps, type Curriculum, type Stage } from '@cairn/core';
import { describe, expect, test } from 'vitest';
import { curriculumView, outlineOf, recordOf, stagesOfRun, type RunGround } from './curriculum-view.ts';
import { routeOf, routeOfLength } from './route.ts';

/** What a curriculum promises beyond the contract. */
export interface CurriculumTraits {
  /** Stages, in epochs, of the conditions that it copies. */
  readonly copies?: RunGround['copies'];
}

/** Epochs of the learner's training, and the route's anchors; one begins with the initial state. */
const grounds = [
  { epochs: 1, anchors: 1 },
  { epochs: 2, anchors: 5 },
  { epochs: 6, anchors: 12 },
  { epochs: 2.5, anchors: 3 },
] as const;

/** What holds for every curriculum. `create` takes default options, or those that the traits explain. */
export function testCurriculum(name: string, create: () => Curriculum, traits: CurriculumTraits = {}): void {
  describe.each(grounds)(`curriculum ${name}, $epochs epochs, route of $anchors`, ({ epochs, anchors }) => {
    const route = anchors === 5 ? routeOf({ epochs: [0, 1, 2, 3, 4, 5] }) : routeOfLength(anchors);
    const { copies = {} } = traits;
    const ground: RunGround = { epochs, copies, ...(create().usesRoute && { route }) };
    const { stepsPerEpoch } = route;
    const total = Math.round(epochs * stepsPerEpoch);
    const stepsOf = ({ length }: Pick<Stage, 'length'>) => inSteps(length, { stepsPerEpoch, total });

    test('comes to an end, and every stage trains', async () => {
      const stages = await stagesOfRun(create(), ground);
      expect(stages.length).toBeGreaterThan(0);
      for (const stage of stages) {
        expect(stepsOf(stage)).toBeGreaterThan(0);
        expect(stage.updates.flat().map(({ learner }) => learner)).toContain('student');
      }
    });

    test('learns from anchors of the route if it uses one, else from nobody', async () => {
      const stages = await stagesOfRun(create(), ground);
      const guides = stages.flatMap(({ updates }) => updates.flat().map(({ guide }) => guide?.anchors));
      const ids = create().usesRoute ? route.anchors.map(({ id }) => id) : [];
      expect(guides.flat().filter((id) => id !== undefined && !ids.includes(id))).toEqual([]);
      expect(guides.some((guide) => guide !== undefined)).toBe(create().usesRoute);
    });

    test('gives the same stage for the same view, also from a new instance', async () => {
      const curriculum = create();
      const stages = await stagesOfRun(curriculum, ground);
      const records = stages.map((stage) => recordOf(stage, ground));
      for (const [i, expected] of [...stages, 'done'].entries()) {
        const view = () => curriculumView(ground, records.slice(0, i));
        expect(await curriculum.next(view())).toEqual(expected);
        expect(await create().next(view())).toEqual(expected);
      }
    });

    test('gives stages that survive JSON and say what they carry', async () => {
      for (const stage of await stagesOfRun(create(), ground)) {
        expect(JSON.parse(JSON.stringify(stage))).toStrictEqual(stage);
        expect(Object.keys(stage.carry).sort()).toEqual(['buffers', 'optimizer', 'schedule', 'weights']);
      }
    });

    test('lets a schedule that continues span all that shares it', async () => {
      const stages = await stagesOfRun(create(), ground);
      let since = 0;
      for (const stage of stages) {
        since = (stage.carry.schedule === 'restart' ? 0 : since) + stepsOf(stage);
        for (const { span } of stage.updates.flat())
          expect(stepsOf({ length: span })).toBeGreaterThanOrEqual(since);
      }
    });

    test('outlines what it does', async () => {
      const stages = await stagesOfRun(create(), ground);
      const outline = outlineOf(create(), ground);
      const steps = outline.epochs.map((length) => stepsOf({ length: { epochs: length } }));
      if (outline.exact) expect(steps).toEqual(stages.map(stepsOf));
      expect(sum(steps)).toBeGreaterThanOrEqual(sum(stages.map(stepsOf)));
      const done = stages.flatMap((stage) => recordOf(stage, ground).anchors);
      expect(outline.anchors ?? done).toEqual(done);
    });

    test('says which conditions must end first', () => {
      expect([...create().after].sort()).toEqual(Object.keys(copies).sort());
    });
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
