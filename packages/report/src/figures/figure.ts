/** What a figure is before it is drawn: a Vega-Lite specification, and what a reader is told of it. */

/** A part of a Vega-Lite specification. */
export type Spec = Readonly<Record<string, unknown>>;

export interface Figure {
  /** `accuracy`: the name of its files. */
  readonly name: string;
  readonly title: string;
  /** What it shows, how to read it, what the intervals are. */
  readonly caption: string;
  /** What one sees, in words. */
  readonly alt: string;
  readonly spec: Spec;
}

/** A figure that cannot be drawn, and what would give it. */
export interface Omitted {
  readonly name: string;
  readonly title: string;
  readonly why: string;
}

export type FigureOrReason = Figure | Omitted;

export function isOmitted(figure: FigureOrReason): figure is Omitted {
  return 'why' in figure;
}
