/** Figures as files: the same ones for the page, for papers and for MLflow. */
import type { Figure, FigureOrReason } from './figures/figure.ts';
import { isOmitted } from './figures/figure.ts';
import { renderPng } from './render/png.ts';
import { renderSvg } from './render/svg.ts';

export interface FigureFile {
  /** `accuracy` */
  readonly figure: string;
  /** Below the folder of figures: `accuracy.svg`. */
  readonly file: string;
  readonly type: 'image/svg+xml' | 'image/png';
  readonly bytes: Uint8Array;
  readonly title: string;
  readonly caption: string;
  readonly alt: string;
}

/** An SVG and a PNG for each figure that can be drawn, in their order. */
export async function figureFiles(figures: readonly FigureOrReason[]): Promise<FigureFile[]> {
  const files: FigureFile[] = [];
  for (const figure of figures)
    if (!isOmitted(figure)) files.push(...(await filesOf(figure, await renderSvg(figure))));
  return files;
}

/** @param svg of the figure */
export async function filesOf(
  { name, title, caption, alt }: Figure,
  svg: string,
): Promise<readonly FigureFile[]> {
  const about = { figure: name, title, caption, alt };
  return [
    { ...about, file: `${name}.svg`, type: 'image/svg+xml', bytes: new TextEncoder().encode(svg) },
    { ...about, file: `${name}.png`, type: 'image/png', bytes: await renderPng(svg) },
  ];
}
