/** Accuracy on held-out samples against student epochs, a line per condition (mean over seeds), as an SVG. */
import { linear, roundStep, type Scale } from './scale.ts';

export interface Curve {
  readonly name: string;
  /** Mean over seeds by epoch; accuracy from 0 to 1. */
  readonly points: readonly { readonly epoch: number; readonly accuracy: number }[];
  /** Student epochs at which the anchor changed, with the new anchor's teacher epoch. */
  readonly switches: readonly { readonly epoch: number; readonly anchor: string }[];
}

export interface PictureData {
  readonly title: string;
  readonly teacher: { readonly name: string; readonly accuracy: number };
  readonly curves: readonly Curve[];
}

/** Okabe and Ito's colours, which colour-blind readers tell apart. */
const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#56B4E9', '#E69F00'] as const;
const WIDTH = 760;
const HEIGHT = 400;
const PLOT = { left: 56, right: 610, top: 48, bottom: 344 };

export function picture({ title, teacher, curves }: PictureData): string {
  const epochs = Math.max(1, ...curves.flatMap((c) => c.points.map((p) => p.epoch)));
  const best = Math.max(teacher.accuracy, ...curves.flatMap((c) => c.points.map((p) => p.accuracy)));
  const top = Math.ceil(best * 10) / 10;
  const x = linear([0, epochs], [PLOT.left, PLOT.right], roundStep(epochs, 10));
  const y = linear([0, top], [PLOT.bottom, PLOT.top], roundStep(top, 6));
  const ends = curves.map((c) => y(c.points.at(-1)?.accuracy ?? 0));
  const [teacherLabel = 0, ...labels] = spread([y(teacher.accuracy), ...ends]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img" aria-label="${escape(title)}">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(PLOT.left, 24, title, { size: 14, weight: 600 }),
    ...axes(x, y),
    line(
      [
        [PLOT.left, y(teacher.accuracy)],
        [PLOT.right, y(teacher.accuracy)],
      ],
      '#555555',
      '6 4',
    ),
    text(PLOT.right + 8, teacherLabel + 4, teacher.name, { colour: '#555555' }),
    ...curves.flatMap((curve, i) =>
      drawCurve(curve, COLOURS[i % COLOURS.length] ?? '#000000', x, y, labels[i] ?? 0),
    ),
    '</svg>',
    '',
  ].join('\n');
}

function drawCurve(curve: Curve, colour: string, x: Scale, y: Scale, label: number): string[] {
  const at = (epoch: number): number => curve.points.find((p) => p.epoch >= epoch)?.accuracy ?? 0;
  return [
    line(
      curve.points.map((p) => [x(p.epoch), y(p.accuracy)] as const),
      colour,
    ),
    ...curve.switches.map(({ epoch, anchor }) => {
      const [cx, cy] = [x(epoch), y(epoch === 0 ? at(1) : at(epoch))];
      return `<circle cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="9" fill="#ffffff" stroke="${colour}" stroke-width="1.5"/>${text(cx, cy + 4, anchor, { colour, anchor: 'middle', size: 10 })}`;
    }),
    text(...place(curve, x, y, label), curve.name, { colour, weight: 600 }),
  ];
}

/** At the right edge for a curve that reaches it, else above its end. */
function place({ points }: Curve, x: Scale, y: Scale, label: number): [number, number] {
  const end = points.at(-1);
  const reaches = end === undefined || x(end.epoch) > PLOT.right - 1;
  return reaches ? [PLOT.right + 8, label + 4] : [x(end.epoch) + 4, y(end.accuracy) - 8];
}

function axes(x: Scale, y: Scale): string[] {
  return [
    ...y.ticks.map((t) =>
      line(
        [
          [PLOT.left, y(t)],
          [PLOT.right, y(t)],
        ],
        '#e4e4e4',
      ),
    ),
    ...y.ticks.map((t) => text(PLOT.left - 8, y(t) + 4, `${Math.round(t * 100)} %`, { anchor: 'end' })),
    ...x.ticks.map((t) => text(x(t), PLOT.bottom + 18, String(Math.round(t)), { anchor: 'middle' })),
    text((PLOT.left + PLOT.right) / 2, PLOT.bottom + 38, 'student epochs', { anchor: 'middle' }),
    text(
      PLOT.left,
      PLOT.top - 8,
      'accuracy on held-out samples; circles: the teacher epoch that teaches from here',
      {
        colour: '#555555',
        size: 11,
      },
    ),
  ];
}

/** Keeps labels 15 pixels apart, each as near to its place as its neighbours allow. */
export function spread(places: readonly number[]): number[] {
  const order = places.map((place, i) => ({ place, i })).sort((a, b) => a.place - b.place);
  const result: number[] = [];
  let before = -Infinity;
  for (const { place, i } of order) {
    before = Math.max(place, before + 15);
    result[i] = before;
  }
  return result;
}

function line(points: readonly (readonly [number, number])[], colour: string, dashes?: string): string {
  const path = points
    .map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`)
    .join('');
  const dash = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${colour === '#e4e4e4' ? 1 : 2}"${dash}/>`;
}

interface TextStyle {
  readonly colour?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly weight?: number;
}

function text(px: number, py: number, content: string, style: TextStyle = {}): string {
  const { colour = '#222222', anchor = 'start', size = 12, weight = 400 } = style;
  return `<text x="${px.toFixed(1)}" y="${py.toFixed(1)}" fill="${colour}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}">${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
