/** Colours by what their readers see: with other cones, in grey, on paper and in the dark. */
import { expect, test } from 'vitest';
import { STYLE } from '../page/style.ts';
import { looksOf } from './palette.ts';

type Rgb = readonly [number, number, number];

/** Linear light of `#rrggbb`, 0 to 1. */
function linear(colour: string): Rgb {
  const part = (at: number): number => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** Ratio of lightness as WCAG 2 has it, 1 to 21. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** Machado et al. 2009, severity 1, in linear light: rows give red, green and blue. */
const VISION: Readonly<Record<string, readonly Rgb[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function seen(colour: string, rows: readonly Rgb[]): Rgb {
  const [r, g, b] = linear(colour);
  const [x = 0, y = 0, z = 0] = rows.map((m) => Math.min(1, Math.max(0, m[0] * r + m[1] * g + m[2] * b)));
  return [x, y, z];
}

/** CIELAB under D65. */
function lab([r, g, b]: Rgb): Rgb {
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116);
  const [x, y, z] = [
    f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505),
    f(luminance([r, g, b])),
    f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089),
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** `--hue-1` … and the inks, by the scheme of the page. */
const schemes = [...STYLE.matchAll(/--paper: (#\w{6}); [^}]*/g)].slice(0, 2).map(([text]) => ({
  of: (name: string): string => new RegExp(`--${name}: (#\\w{6})`).exec(text)?.[1] ?? '',
  hues: [...text.matchAll(/--hue-\d: (#\w{6})/g)].map(([, colour = '']) => colour),
}));

test('the page has both schemes, and light is what files are printed in', () => {
  expect(schemes.map(({ hues }) => hues.length)).toEqual([7, 7]);
  const files = [...looksOf(['a', 'b', 'c', 'd', 'e', 'f', 'g']).values()].map(({ colour }) => colour);
  expect(schemes[0]?.hues).toEqual(files);
});

test('words can be read on their paper, lines and signs be seen', () => {
  for (const { of, hues } of schemes) {
    for (const ink of ['ink', 'muted', 'link']) {
      expect(contrast(of(ink), of('paper')), ink).toBeGreaterThan(4.5);
      expect(contrast(of(ink), of('card')), ink).toBeGreaterThan(4.5);
    }
    for (const hue of hues) expect(contrast(hue, of('paper')), hue).toBeGreaterThan(2);
  }
});

test.each(Object.entries(VISION))('%s: no two conditions look alike', (_, rows) => {
  for (const { hues } of schemes) {
    const all = hues.map((hue) => lab(seen(hue, rows)));
    const near = all.flatMap((a, i) =>
      all.slice(i + 1).flatMap((b, j) => (distance(a, b) < 10 ? [[hues[i], hues[i + 1 + j]]] : [])),
    );
    expect(near).toEqual([]);
  }
});

test('in grey the signs tell them apart', () => {
  const looks = [...looksOf(['a', 'b', 'c', 'd', 'e', 'f', 'g']).values()];
  expect(new Set(looks.map(({ shape }) => shape)).size).toBe(7);
});
