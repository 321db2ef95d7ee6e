import { inSteps, optimizerRule, schedule, type Curriculum, type Manifest, type Stage } from '@cairn/core';
import { expect } from 'vitest';
import { testChecks, type Check } from './checks.ts';
import { curriculumView, outlineOf, recordOf, stagesOfRun, type RunGround } from './curriculum-view.ts';
import { routeOf, routeOfLength } from './route.ts';

/** What a curriculum promises beyond the contract. */
export interface CurriculumTraits {
  /** Stages, in epochs, of the conditions that it copies. */
  readonly copies?: RunGround['copies'];
}

/** Epochs of the learner's training, and the route's anchors; one begins with the initial state. */
const grounds = [
  { epochs: 1, route: routeOfLength(1) },
  { epochs: 2, route: routeOf({ epochs: [0, 1, 2, 3, 4, 5] }) },
  { epochs: 6, route: routeOfLength(12) },
  { epochs: 2.5, route: routeOfLength(3) },
] as const;

/** What holds for every curriculum. `create` takes default options, or those that the traits explain. */
export function testCurriculum(name: string, create: () => Curriculum, traits: CurriculumTraits = {}): void {
  testChecks(`curriculum ${name}`, curriculumChecks(create, traits));
}

/** The checks of `testCurriculum`. */
export function curriculumChecks(create: () => Curriculum, traits: CurriculumTraits = {}): readonly Check[] {
  const { copies = {} } = traits;
  return [
    {
      name: 'says which conditions must end first',
      run: () => expect([...create().after].sort()).toEqual(Object.keys(copies).sort()),
    },
    ...grounds.flatMap(({ epochs, route }) => {
      const on = `${epochs} epochs, route of ${route.anchors.length}`;
      const groundOf = (): RunGround => ({ epochs, copies, ...(create().usesRoute && { route }) });
      return [...stageChecks(create, route, groundOf), ...viewChecks(create, groundOf)].map((check) => ({
        ...check,
        on,
      }));
    }),
  ];
}

function stageChecks(create: () => Curriculum, route: Manifest, groundOf: () => RunGround): readonly Check[] {
  const stages = () => stagesOfRun(create(), groundOf());
  const stepsOf = ({ length }: Pick<Stage, 'length'>) => stepsIn(length, route, groundOf());
  return [
    {
      name: 'comes to an end, and every stage trains',
      run: async () => {
        expect((await stages()).length).toBeGreaterThan(0);
        for (const stage of await stages()) {
          expect(stepsOf(stage)).toBeGreaterThan(0);
          expect(stage.updates.flat().map(({ learner }) => learner)).toContain('student');
        }
      },
    },
    {
      name: 'learns from anchors of the route if it uses one, else from nobody',
      run: async () => {
        const guides = (await stages()).flatMap(({ updates }) => updates.flat().map(({ guide }) => guide));
        const { usesRoute, usesForeign = false } = create();
        const ids = usesRoute ? route.anchors.map(({ id }) => id) : [];
        const taught = guides.flatMap((guide) => guide?.anchors ?? []);
        expect(taught.filter((id) => !ids.includes(id))).toEqual([]);
        expect(guides.some((guide) => guide !== undefined)).toBe(usesRoute);
        if (!usesForeign) expect(guides.filter((guide) => guide?.route === 'foreign')).toEqual([]);
      },
    },
    {
      name: 'gives updates that an optimiser and a schedule can follow',
      run: async () => {
        for (const update of (await stages()).flatMap(({ updates }) => updates.flat())) {
          expect(optimizerRule.parse(update.optimizer)).toEqual(update.optimizer);
          expect(schedule.parse(update.schedule)).toEqual(update.schedule);
          expect(stepsOf({ length: update.span })).toBeGreaterThan(0);
        }
      },
    },
    {
      name: 'gives stages that survive JSON and say what they carry',
      run: async () => {
        for (const stage of await stages()) {
          expect(JSON.parse(JSON.stringify(stage))).toStrictEqual(stage);
          expect(Object.keys(stage.carry).sort()).toEqual(['buffers', 'optimizer', 'schedule', 'weights']);
        }
      },
    },
    {
      name: 'lets a schedule that continues span all that shares it',
      run: async () => {
        let since = 0;
        for (const stage of await stages()) {
          since = (stage.carry.schedule === 'restart' ? 0 : since) + stepsOf(stage);
          for (const { span } of stage.updates.flat())
            expect(stepsOf({ length: span })).toBeGreaterThanOrEqual(since);
        }
      },
    },
    {
      name: 'outlines what it does',
      run: async () => {
        const outline = outlineOf(create(), groundOf());
        const outlined = outline.epochs.map((length) => stepsOf({ length: { epochs: length } }));
        const done = (await stages()).map(stepsOf);
        if (outline.exact) expect(outlined).toEqual(done);
        expect(sum(outlined)).toBeGreaterThanOrEqual(sum(done));
        const anchors = (await stages()).flatMap((stage) => recordOf(stage, groundOf()).anchors);
        expect(outline.anchors ?? anchors).toEqual(anchors);
      },
    },
  ];
}

function viewChecks(create: () => Curriculum, groundOf: () => RunGround): readonly Check[] {
  return [
    {
      name: 'gives the same stage for the same view, also from a new instance',
      run: async () => {
        const curriculum = create();
        const stages = await stagesOfRun(curriculum, groundOf());
        const records = stages.map((stage) => recordOf(stage, groundOf()));
        for (const [i, expected] of [...stages, 'done'].entries()) {
          const view = () => curriculumView(groundOf(), records.slice(0, i));
          expect(await curriculum.next(view())).toEqual(expected);
          expect(await create().next(view())).toEqual(expected);
        }
      },
    },
    {
      name: 'decides without held-out metrics unless it says that it uses them',
      run: async () => {
        if (create().usesHeldOut === true) return;
        const stages = await stagesOfRun(create(), groundOf());
        const records = stages.map((stage) => {
          const { metrics: _, ...record } = recordOf(stage, groundOf());
          return record;
        });
        for (const [i, expected] of [...stages, 'done'].entries())
          expect(await create().next(curriculumView(groundOf(), records.slice(0, i)))).toEqual(expected);
      },
    },
  ];
}

function stepsIn(length: Stage['length'], { stepsPerEpoch }: Manifest, { epochs }: RunGround): number {
  return inSteps(length, { stepsPerEpoch, total: Math.round(epochs * stepsPerEpoch) });
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
