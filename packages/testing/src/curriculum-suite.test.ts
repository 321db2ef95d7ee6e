import { candidatesOf, convergedOf, studentStage, type Curriculum, type Stage } from '@cairn/core';
import { expect, test } from 'vitest';
import { brokenChecks } from './checks.ts';
import { curriculumChecks } from './curriculum-suite.ts';
import { squaredLogits } from './curriculum-view.ts';

const AFTER = 'says which conditions must end first';
const TRAINS = 'comes to an end, and every stage trains';
const ROUTE = 'learns from anchors of the route if it uses one, else from nobody';
const FOLLOW = 'gives updates that an optimiser and a schedule can follow';
const JSON_STAGE = 'gives stages that survive JSON and say what they carry';
const SPAN = 'lets a schedule that continues span all that shares it';
const OUTLINE = 'outlines what it does';
const VIEW = 'gives the same stage for the same view, also from a new instance';
const METRICS = 'decides without held-out metrics unless it says that it uses them';

type Parts = Partial<Curriculum> & {
  /** What it does to each of its stages. */
  readonly change?: (stage: Stage) => Stage;
};

/** Two stages under the converged teacher. */
function twice({ change = (stage) => stage, ...more }: Parts = {}): Curriculum {
  return {
    usesRoute: true,
    after: [],
    outline: ({ training }) => ({ epochs: [training.epochs, training.epochs], exact: true }),
    next: async ({ training, stages, anchors }) => {
      if (stages.length === 2) return 'done';
      const taught = anchors === undefined ? {} : { anchors: [convergedOf(anchors.route).id] };
      const name = `stage-${stages.length + 1}`;
      return change(
        studentStage({ name, epochs: training.epochs, training, loss: squaredLogits(), ...taught }),
      );
    },
    ...more,
  };
}
const sound = twice();
const withUpdate = (change: (update: Stage['updates'][number][number]) => object) => () =>
  twice({
    change: (stage) => ({
      ...stage,
      updates: stage.updates.map((group) => group.map((update) => ({ ...update, ...change(update) }))),
    }),
  });

test('one that keeps the contract breaks nothing', async () => {
  expect(await brokenChecks(curriculumChecks(() => twice()))).toEqual([]);
  expect(await brokenChecks(curriculumChecks(() => twice({ usesRoute: false })))).toEqual([]);
  const bound = (): Curriculum =>
    twice({ outline: ({ training }) => ({ epochs: [3 * training.epochs], exact: false }) });
  expect(await brokenChecks(curriculumChecks(bound))).toEqual([]);
  const copying = () => twice({ after: ['other'] });
  expect(await brokenChecks(curriculumChecks(copying, { copies: { other: [1] } }))).toEqual([]);
});

let everAsked = 0;
const broken: readonly (readonly [string, () => Curriculum, string])[] = [
  ['copies a condition that it does not name', () => twice({ after: ['other'] }), AFTER],
  ['never ends', () => twice({ next: async (view) => sound.next({ ...view, stages: [] }) }), TRAINS],
  ['does nothing', () => twice({ next: async () => 'done' }), TRAINS],
  ['has a stage of no length', () => twice({ change: (s) => ({ ...s, length: { epochs: 0 } }) }), TRAINS],
  ['trains somebody else', withUpdate(() => ({ learner: 'teacher' })), TRAINS],
  ['updates nobody', () => twice({ change: (s) => ({ ...s, updates: [] }) }), TRAINS],
  ['learns from an anchor that is not there', withUpdate(() => ({ guide: { anchors: [7] } })), ROUTE],
  [
    'uses no route though it says so',
    () => twice({ next: ({ anchors: _, ...view }) => sound.next(view) }),
    ROUTE,
  ],
  ['uses a route that it does not ask for', () => twice({ usesRoute: false, change: withGuide(10) }), ROUTE],
  [
    'learns from another route unsaid',
    withUpdate(({ guide }) => ({ guide: { ...guide, route: 'foreign' } })),
    ROUTE,
  ],
  [
    'has a negative rate',
    withUpdate(({ optimizer }) => ({ optimizer: { ...optimizer, learningRate: -1 } })),
    FOLLOW,
  ],
  [
    'has no rate',
    withUpdate(({ optimizer }) => ({ optimizer: { ...optimizer, learningRate: NaN } })),
    FOLLOW,
  ],
  ['has a schedule that nobody knows', withUpdate(() => ({ schedule: { name: 'linear' } })), FOLLOW],
  [
    'gives a stage that is not data',
    () => twice({ change: (s) => ({ ...s, length: { epochs: 1, at: new Date(0) } }) }),
    JSON_STAGE,
  ],
  [
    'does not say what becomes of the optimiser',
    () =>
      twice({
        change: ({ carry: { optimizer: _, ...carry }, ...stage }) => ({
          ...stage,
          carry: carry as Stage['carry'],
        }),
      }),
    JSON_STAGE,
  ],
  [
    'goes on with a schedule that is over',
    () => twice({ change: (s) => ({ ...s, carry: { ...s.carry, schedule: 'continue' } }) }),
    SPAN,
  ],
  [
    'outlines half',
    () => twice({ outline: ({ training }) => ({ epochs: [training.epochs], exact: true }) }),
    OUTLINE,
  ],
  [
    'has a bound that it exceeds',
    () => twice({ outline: ({ training }) => ({ epochs: [training.epochs], exact: false }) }),
    OUTLINE,
  ],
  [
    'outlines other anchors',
    () =>
      twice({
        outline: ({ training: { epochs }, route }) => ({
          epochs: [epochs, epochs],
          exact: true,
          anchors: route === undefined ? [] : [candidatesOf(route)[0].id, candidatesOf(route)[0].id],
        }),
      }),
    OUTLINE,
  ],
  [
    'counts its questions',
    () => {
      let n = 0;
      return twice({ next: async (view) => (n++ < 2 ? sound.next({ ...view, stages: [] }) : 'done') });
    },
    VIEW,
  ],
  [
    'counts the questions of all',
    () => twice({ change: (s) => ({ ...s, name: `stage-${++everAsked}` }) }),
    VIEW,
  ],
  ['draws', () => twice({ change: (s) => ({ ...s, name: `stage-${Math.random()}` }) }), VIEW],
  [
    'writes what it sees',
    () => twice({ next: (view) => ((view.stages as unknown[]).push({}), sound.next(view)) }),
    VIEW,
  ],
  [
    'looks at held-out metrics unsaid',
    () =>
      twice({
        next: async (view) =>
          view.stages.some(({ metrics }) => (metrics?.['val/top1'] ?? 0) > 0) ? 'done' : sound.next(view),
      }),
    METRICS,
  ],
];
function withGuide(anchor: number): (stage: Stage) => Stage {
  return (stage) => ({
    ...stage,
    updates: stage.updates.map((group) =>
      group.map((update) => ({ ...update, guide: { anchors: [anchor] } })),
    ),
  });
}
test.each(broken)('one that %s is found', async (_, create, check) => {
  expect(await brokenChecks(curriculumChecks(create))).toContain(check);
});
