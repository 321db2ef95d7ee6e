import { GRID, INK, MUTED, PAPER } from './palette.ts';
import type { Spec } from './figure.ts';

/** Same widths on every machine: see `render/text-width.ts`. */
export const FONT = 'Helvetica, Arial, Arimo, Liberation Sans, sans-serif';
export const SIZE = 11;

/** The look of all figures. */
export const config: Spec = {
  aria: false,
  font: FONT,
  background: PAPER,
  padding: 6,
  view: { stroke: null },
  axis: {
    domainColor: MUTED,
    tickColor: MUTED,
    labelColor: MUTED,
    titleColor: INK,
    gridColor: GRID,
    labelFontSize: SIZE - 1,
    titleFontSize: SIZE,
    titleFontWeight: 'normal',
    tickSize: 3,
    labelPadding: 3,
    titlePadding: 5,
    gridWidth: 0.7,
    domainWidth: 0.8,
    tickWidth: 0.8,
    labelFlush: false,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false, tickCount: 5 },
  title: {
    color: INK,
    fontSize: SIZE + 1,
    fontWeight: 'bold',
    anchor: 'start',
    offset: 6,
    subtitleColor: MUTED,
    subtitleFontSize: SIZE - 1,
    subtitlePadding: 2,
  },
  legend: {
    labelColor: MUTED,
    titleColor: INK,
    labelFontSize: SIZE - 1,
    titleFontSize: SIZE - 1,
    titleFontWeight: 'normal',
    gradientThickness: 8,
    titleLimit: 0,
  },
  text: { color: INK, fontSize: SIZE, limit: 0 },
  concat: { spacing: 18 },
};
