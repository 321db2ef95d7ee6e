/** Which classes, and which superclasses, a condition gains and loses. */
import { classChanges, type GroupChange } from '../statistics/class-changes.ts';
import type { TestAnswers } from '../trace.ts';
import type { FigureOrReason, Spec } from './figure.ts';
import { axis, panelName, panels, pixel, zeroLine } from './marks.ts';
import { counted } from './over-seeds.ts';
import { INK, lookOf, MUTED, type Looks } from './palette.ts';
import { extent, scaleOf } from './scale.ts';
import { SIZE } from './theme.ts';

const [WIDTH, ROW] = [250, 15];
/** Of more classes those that change most are shown. */
const MOST = 24;

export interface ClassNames {
  readonly classNames?: readonly string[] | undefined;
  readonly superclasses?: readonly number[] | undefined;
}

/** Two conditions that are held against each other. */
export interface Pair {
  readonly condition: string;
  readonly against: string;
}

export function classesFigure(
  answers: readonly TestAnswers[],
  pairs: readonly Pair[],
  names: ClassNames | undefined,
  looks: Looks,
  why: string,
): FigureOrReason {
  const nameOf = (label: number): string => names?.classNames?.[label] ?? `class ${label}`;
  return changesFigure(answers, pairs, looks, {
    name: 'classes',
    title: 'Changes by class',
    what: 'class',
    many: 'classes',
    groupOf: (label) => label,
    nameOf,
    why,
  });
}

/** @param names undefined where nobody says them */
export function superclassesFigure(
  answers: readonly TestAnswers[],
  pairs: readonly Pair[],
  names: ClassNames | undefined,
  looks: Looks,
  why: string,
): FigureOrReason {
  const name = { name: 'superclasses', title: 'Changes by superclass' } as const;
  if (names === undefined) return { ...name, why };
  const { superclasses, classNames } = names;
  if (superclasses === undefined) return { ...name, why: 'the data set has no superclasses.' };
  const members = (group: number): string => {
    const own = superclasses
      .flatMap((of, label) => (of === group ? [classNames?.[label] ?? ''] : []))
      .filter(Boolean);
    return own.length === 0 ? `superclass ${group}` : shortList(own);
  };
  return changesFigure(answers, pairs, looks, {
    ...name,
    what: 'superclass',
    many: 'superclasses',
    groupOf: (label) => superclasses[label] ?? -1,
    nameOf: members,
    why,
  });
}

/** `bear, leopard, …` */
function shortList(all: readonly string[]): string {
  const text = all.slice(0, 2).join(', ');
  return all.length > 2 ? `${text}, …` : text;
}

interface ChangesRequest {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  readonly many: string;
  readonly groupOf: (label: number) => number;
  readonly nameOf: (group: number) => string;
  readonly why: string;
}

function changesFigure(
  answers: readonly TestAnswers[],
  pairs: readonly Pair[],
  looks: Looks,
  request: ChangesRequest,
): FigureOrReason {
  const { name, title, groupOf, nameOf, why, what, many } = request;
  const of = (condition: string) => answers.filter((a) => a.condition === condition);
  const found = pairs.flatMap((pair) => {
    const changes = classChanges(of(pair.condition), of(pair.against), groupOf);
    return changes === undefined ? [] : [{ pair, changes }];
  });
  if (found.length === 0)
    return {
      name,
      title,
      why: answers.length === 0 ? why : 'no two conditions that are compared have a seed in common.',
    };
  const shownOf = (changes: readonly GroupChange[]): GroupChange[] => {
    const most = [...changes].sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference)).slice(0, MOST);
    return most.sort((a, b) => b.difference - a.difference);
  };
  const all = found.flatMap(({ changes }) => changes);
  const ends = all
    .flatMap(({ difference, halfWidth = 0 }) => [difference - halfWidth, difference + halfWidth])
    .map((v) => v * 100);
  const groups = found[0]?.changes.length ?? 0;
  const [fewest, largest] = extent(all.map((change) => change.images));
  const images = fewest === largest ? String(fewest) : `${fewest} to ${largest}`;
  const told = found.map(({ pair, changes }) => {
    const sorted = shownOf(changes);
    const say = (c: GroupChange | undefined): string =>
      c === undefined ? '' : `${nameOf(c.group)} ${(c.difference * 100).toFixed(1)}`;
    return `${pair.condition} − ${pair.against}: most gained ${say(sorted[0])}, most lost ${say(sorted.at(-1))} points`;
  });
  return {
    name,
    title,
    caption: `Test accuracy by ${what}, condition less the other in points, runs paired by seed${groups > MOST ? `; the ${MOST} of ${groups} ${many} that change most` : ''}. Lines: 95 % over the ${what}'s ${images} test images, given these trained networks; nothing is adjusted for ${counted(groups, 'comparison')}, so one in twenty such lines misses 0 by chance. Names in grey: the line holds 0.`,
    alt: `Differences in accuracy by ${what}. ${told.join('; ')}.`,
    spec: panels(
      found.map(({ pair, changes }) => panel(pair, shownOf(changes), ends, looks, nameOf)),
      2,
    ),
  };
}

function panel(
  { condition, against }: Pair,
  changes: readonly GroupChange[],
  ends: readonly number[],
  looks: Looks,
  nameOf: (group: number) => string,
): Spec {
  const { colour } = lookOf(looks, condition);
  const [low, high] = extent([0, ...ends]);
  const x = scaleOf([low, high], [0, WIDTH], { pad: 0.03 });
  const axisX = axis('value', x, `points of accuracy, right: ${condition} better`, {
    tickCount: 5,
    grid: true,
  });
  const rows = rowsOf(changes, nameOf);
  const y = pixel('y');
  return {
    width: WIDTH,
    height: rows.length * ROW,
    layer: [
      ...panelName(`${condition} − ${against}`, lookOf(looks, condition)),
      zeroLine(axisX),
      {
        data: { values: rows.filter((row) => 'low' in row) },
        mark: { type: 'rule', color: colour, strokeWidth: 1.3 },
        encoding: { x: { ...axisX, field: 'low' }, x2: { field: 'high' }, y },
      },
      {
        data: { values: rows },
        mark: { type: 'point', filled: true, color: colour, size: 32, opacity: 1 },
        encoding: { x: axisX, y },
      },
      ...[true, false].map((sure) =>
        groupNames(
          rows.filter((row) => row.sure === sure),
          sure ? INK : MUTED,
        ),
      ),
    ],
  };
}

function rowsOf(changes: readonly GroupChange[], nameOf: (group: number) => string) {
  return changes.map(({ group, difference, halfWidth: half }, i) => ({
    y: (i + 0.5) * ROW,
    value: difference * 100,
    ...(half === undefined ? {} : { low: (difference - half) * 100, high: (difference + half) * 100 }),
    text: nameOf(group),
    /** Its line does not hold 0. */
    sure: half !== undefined && Math.abs(difference) > half,
  }));
}

function groupNames(rows: readonly object[], color: string): Spec {
  return {
    data: { values: rows },
    mark: { type: 'text', align: 'right', baseline: 'middle', fontSize: SIZE - 1, color },
    encoding: { x: { value: -8 }, y: pixel('y'), text: { field: 'text' } },
  };
}
