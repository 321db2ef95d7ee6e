/** Colours: Okabe and Ito's for conditions, the same ones in every figure; ink and paper for the rest. */

/** Stand-ins that the page turns into its own ink and paper; as they are, they print well. */
export const INK = '#1b1b1a';
export const MUTED = '#5d5d5c';
export const GRID = '#e2e2e1';
export const PAPER = '#fefefe';

/** Of Okabe and Ito; black is the teacher's, and violet stands for their yellow, which white paper hides. */
const HUES = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7a1fd0'] as const;
/** Where colours come again, and for those who see none. */
const DASHES: readonly (readonly number[])[] = [[], [5, 2], [1.5, 1.5], [7, 2, 1.5, 2]];
const SHAPES = [
  'circle',
  'square',
  'diamond',
  'triangle-up',
  'triangle-down',
  'cross',
  'triangle-right',
] as const;

export interface Look {
  readonly colour: string;
  readonly dash: readonly number[];
  readonly shape: string;
}

export type Looks = ReadonlyMap<string, Look>;

/** @param names conditions in the study's order */
export function looksOf(names: readonly string[]): Looks {
  return new Map(
    names.map((name, i) => {
      const colour = HUES[i % HUES.length] ?? INK;
      const dash = DASHES[Math.floor(i / HUES.length) % DASHES.length] ?? [];
      return [name, { colour, dash, shape: SHAPES[i % SHAPES.length] ?? 'circle' }];
    }),
  );
}

export function lookOf(looks: Looks, name: string): Look {
  return looks.get(name) ?? { colour: MUTED, dash: [], shape: 'circle' };
}

/** CSS variable by colour: `--ink`, `--hue-1`, … The page's dark values are in its style. */
export const CSS_NAMES: ReadonlyMap<string, string> = new Map([
  [INK, '--ink'],
  [MUTED, '--muted'],
  [GRID, '--grid'],
  [PAPER, '--paper'],
  ...HUES.map((hue, i) => [hue, `--hue-${i + 1}`] as const),
]);
