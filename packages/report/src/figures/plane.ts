/** A teacher and its students as paths in a plane: of predictions, or of weights. */
import type { Path } from '../trace.ts';
import type { FigureOrReason } from './figure.ts';
import { conditionsOf, counted, seedsOf } from './over-seeds.ts';
import type { Looks } from './palette.ts';
import { endOf, planeSpec, studentsOf, teachersOf } from './plane-drawing.ts';
import { type Mark, viewsOf } from './plane-views.ts';

export interface PredictionPlane {
  readonly paths: readonly Path[];
  readonly marks: readonly Mark[];
  /** Share of all distances that the plane holds, 0 to 1. */
  readonly held: number;
  /** Axes along which distances are subtracted. */
  readonly negative: readonly boolean[];
  readonly samples: number;
}

export interface WeightPlane {
  readonly paths: readonly Path[];
  /** Share of the variance that each axis holds, 0 to 1. */
  readonly shares: readonly number[];
  readonly seed: number;
}

/** InPCA: networks by what they say of the same held-out samples. */
export function predictionsFigure(plane: PredictionPlane | string, looks: Looks): FigureOrReason {
  const name = { name: 'predictions', title: 'Paths in the plane of predictions' } as const;
  if (typeof plane === 'string') return { ...name, why: plane };
  const { paths, marks, held, negative, samples } = plane;
  const odd = negative.map((is, i) => (is ? ` Along axis ${i + 1} distances are subtracted.` : '')).join('');
  const seeds = counted(seedsOf(studentsOf(paths)), 'seed');
  const near = viewsOf(paths, marks).length > 1 ? '; right: the framed part, larger' : '';
  return {
    ...name,
    caption: `Each point is a network by its probabilities on ${counted(samples, 'held-out sample')}, whatever its architecture; near means that they say the same (InPCA with Bhattacharyya's distance; Quinn et al. 2019, Mao et al. 2024). The plane holds ${percent(held)} of all distances.${odd} Thick, with epochs: the teacher's route. Coloured: students of ${seeds} from their first weights (hollow) to the last (filled). ${linesSentence(paths)} Both axes have one scale${near}.`,
    alt: `Plane of predictions. ${told(paths)}`,
    spec: planeSpec(paths, marks, looks, ['first axis of InPCA', 'second axis of InPCA']),
  };
}

/** PCA of the weights of students with one architecture that began with the same weights. */
export function weightsFigure(plane: WeightPlane | string, looks: Looks): FigureOrReason {
  const name = { name: 'weights', title: "Students' paths in the plane of weights" } as const;
  if (typeof plane === 'string') return { ...name, why: plane };
  const { paths, shares, seed } = plane;
  const axes = shares.map((share, i) => `component ${i + 1}, ${percent(share)} of the variance`);
  return {
    ...name,
    caption: `Principal components of the students' weights (all trained parameters, no running statistics), seed ${seed}: all conditions begin with the same weights (hollow) and end where the sign is filled. ${linesSentence(paths)} Axes hold ${shares.map(percent).join(' and ')} of the variance and have one scale. Networks that compute the same may have different weights, so distances here say less than those of predictions.`,
    alt: `Plane of weights. ${told(paths)}`,
    spec: planeSpec(paths, [], looks, axes),
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

function told(paths: readonly Path[]): string {
  const place = ({ x, y }: { readonly x: number; readonly y: number }): string =>
    `(${x.toPrecision(2)}, ${y.toPrecision(2)})`;
  const students = studentsOf(paths);
  const ends = conditionsOf(students).map(
    (name) => `${name} ends at ${place(endOf(students.filter((path) => path.condition === name)))}`,
  );
  const teacher = teachersOf(paths)[0]?.points.at(-1);
  return `${teacher === undefined ? '' : `The converged teacher is at ${place(teacher)}. `}${ends.join('; ')}.`;
}

/** What lines say and what not. */
function linesSentence(paths: readonly Path[]): string {
  const bare = conditionsOf(studentsOf(paths).filter((path) => path.oneStage === true));
  const which =
    bare.length === 0
      ? ''
      : ` Dotted: ${bare.join(', ')}, trained in one stage, on whose way no weights but the best were kept.`;
  return `Lines join the states that are kept (start, ends of stages, best on validation, last); what lies between is not known.${which}`;
}
