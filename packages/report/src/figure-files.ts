import type { Figure } from './figures/figure.ts';
import { renderPng } from './render/png.ts';

export interface FigureFile {
  /** Below the folder of figures: `accuracy.svg`. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** A figure as SVG and PNG: the same files for the page's folder, for papers and for MLflow. @param svg of the figure */
export async function filesOf({ name }: Figure, svg: string): Promise<readonly FigureFile[]> {
  return [
    { file: `${name}.svg`, bytes: new TextEncoder().encode(svg) },
    { file: `${name}.png`, bytes: await renderPng(svg) },
  ];
}
