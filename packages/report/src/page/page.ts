/** A study or a run as one HTML page: no network, no script, light and dark, and it prints. */
import type { Comparison } from '../comparison/compare.ts';
import type { Figure, Omitted } from '../figures/figure.ts';
import { CSS_NAMES } from '../figures/palette.ts';
import type { StudyResult } from '../result.ts';
import { html, type Html, jsonIn, raw } from './html.ts';
import { type PageRun, runMetrics, runTable } from './run-tables.ts';
import { answerSection, questionSection } from './sections.ts';
import { STYLE } from './style.ts';
import { conditionTable, contrastTables } from './tables.ts';

/** A figure with its SVG, or why it is not here. */
export type DrawnFigure = (Figure & { readonly svg: string }) | Omitted;

export interface PageInput {
  readonly kind: 'study' | 'run';
  /** `quickstart/default`, or a run's name. */
  readonly name: string;
  readonly result: StudyResult;
  readonly comparison: Comparison;
  readonly notes: readonly string[];
  readonly figures: readonly DrawnFigure[];
  readonly runs: readonly PageRun[];
  /** What made it. */
  readonly by: string;
}

/** The whole document. What `cairn compare --json` writes stands in it, under `cairn-comparison`. */
export function reportPage(input: PageInput): string {
  const { name, kind, result, comparison, figures, notes, runs, by } = input;
  const title = result.title === '' ? name : result.title;
  const isStudy = kind === 'study';
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Cairn</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          <p class="sub">
            ${isStudy ? 'Study' : 'Run'} <code>${name}</code> · numerics <code>${result.numerics}</code> ·
            made by <code>${by}</code>
          </p>
        </header>
        <main>
          ${isStudy ? questionSection(result) : ''} ${isStudy ? answerSection(comparison, notes) : ''}
          ${contents(figures)}
          <h2 id="table">Results</h2>
          ${isStudy ? conditionTable(result, comparison) : runMetrics(result)}
          ${figures.map((figure) => section(figure, figure.name === 'contrasts' ? contrastTables(comparison) : undefined))}
          <h2 id="runs">${isStudy ? 'Every run' : 'The run'}</h2>
          ${runTable(runs)}
        </main>
        <script type="application/json" id="cairn-comparison">
          ${jsonIn({ ...comparison, notes })}
        </script>
      </body>
    </html> `;
  return document.html;
}

function contents(figures: readonly DrawnFigure[]): Html {
  const links = figures
    .filter((figure) => 'svg' in figure)
    .map(({ name, title }) => html`<a href="#${name}">${title}</a> `);
  return html`<nav aria-label="Contents"><a href="#table">Results</a> ${links}<a href="#runs">Runs</a></nav>`;
}

function section(figure: DrawnFigure, more: Html | undefined): Html {
  const { name, title } = figure;
  if (!('svg' in figure)) {
    return html`<h2 id="${name}">${title}</h2>
      <p class="omitted">Left out: ${figure.why}</p> `;
  }
  return html`<h2 id="${name}">${title}</h2>
    <figure role="group" aria-labelledby="${name}">
      <div class="scroll">${raw(inked(figure.svg))}</div>
      <figcaption>${figure.caption}</figcaption>
    </figure>
    ${more} `;
}

/** With the page's own ink and paper, so that it follows light and dark. */
export function inked(svg: string): string {
  let text = svg;
  for (const [colour, name] of CSS_NAMES) text = text.replaceAll(`"${colour}"`, `"var(${name})"`);
  return text.replace(/^<\?xml[^>]*>\s*/, '').replace(/<!DOCTYPE[^>]*>\s*/, '');
}
