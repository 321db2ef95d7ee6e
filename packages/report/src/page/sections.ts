/** The page's words and tables. Every number is formatted by the code of `cairn compare`. */
import { mean } from '@cairn/core';
import type { Comparison } from '../comparison/compare.ts';
import { contrastTable, heading } from '../comparison/markdown.ts';
import { digitsOf, metricInfo, shown } from '../comparison/metric.ts';
import { minus, sentences, signed } from '../comparison/sentences.ts';
import { summarise, type TeacherSummary } from '../comparison/summary.ts';
import { CSS_NAMES, looksOf } from '../figures/palette.ts';
import type { StudyResult } from '../result.ts';
import { type Estimate, estimate } from '../statistics/sample.ts';
import { answer } from './answer.ts';
import { html, type Html, raw } from './html.ts';
import type { PageRun } from './page.ts';

/** What was asked: the question, the contrasts that were declared for it, and what counts as no difference. */
export function questionSection({ question, primary = [] }: StudyResult): Html {
  const contrasts = primary.map(({ condition, against, metric, margin }) => {
    const info = metricInfo(metric);
    const unit = info.unit === '' ? '' : ` ${info.unit}`;
    const within =
      margin === undefined ? '' : `; within ±${shown(margin, info)}${unit} counts as no difference`;
    return html`<li><strong>${condition} − ${against}</strong> in ${info.label}${within}</li>`;
  });
  return html`<p class="question">${question}</p>
    ${
      contrasts.length === 0
        ? raw('')
        : html`<p>Declared before the first student was trained:</p>
            <ul>
              ${contrasts}
            </ul>`
    }`;
}

export function answerSection(comparison: Comparison, notes: readonly string[]): Html {
  return html`<div class="answer" role="note" aria-label="Answer">
      ${answer(comparison).map((text) => html`<p>${text}</p>`)}
    </div>
    <ul class="note">
      ${[...sentences(comparison), ...notes.map((note) => `${note}.`)].map((text) => html`<li>${text}</li>`)}
    </ul>`;
}

/** Means with intervals, and differences to the control and to the baseline. */
export function conditionTable(result: StudyResult, { baseline }: Comparison): Html {
  const summary = summarise(result);
  const looks = looksOf(result.conditions.map(({ name }) => name));
  const rows = summary.conditions.map((condition, i) => {
    const runs = result.conditions[i]?.runs ?? [];
    const cell = (metric: string): string => intervalIn(overSeeds(runs, metric), metric);
    return html`<tr>
      <td>
        <span class="swatch" style="background: ${colourOf(looks.get(condition.name)?.colour)}"></span
        >${condition.name}
      </td>
      <td>${condition.n}</td>
      <td>${cell('test/top1')}</td>
      <td>${signedIn(condition.vsControl)}</td>
      <td class="text">${condition.control ?? ''}</td>
      <td>${signedIn(condition.vsBaseline)}</td>
      <td>${condition.cost === undefined ? '' : `×${condition.cost.toFixed(1)}`}</td>
      <td>${cell('test/kl')}</td>
    </tr> `;
  });
  const teachers = summary.teachers.map(teacherRow);
  return html`<div class="scroll">
    <table>
      <caption>
        Last epoch, test split. In brackets: 95 % t-interval over student seeds; of differences, paired.
      </caption>
      <thead>
        <tr>
          <th>condition</th>
          <th>runs</th>
          <th>accuracy, %</th>
          <th>less its control, points</th>
          <th class="text">control</th>
          <th>less ${baseline}, points</th>
          <th>cost</th>
          <th>KL to teacher, nats</th>
        </tr>
      </thead>
      <tbody>
        ${teachers}${rows}
      </tbody>
    </table>
  </div>`;
}

function teacherRow({ model, accuracy }: TeacherSummary): Html {
  return html`<tr>
    <td>teacher ${model}</td>
    <td>${accuracy?.n}</td>
    <td>${accuracy === undefined ? '' : (accuracy.mean * 100).toFixed(2)}</td>
    <td colspan="5"></td>
  </tr> `;
}

/** What several teachers gave for one seed is averaged first. */
function overSeeds(runs: StudyResult['conditions'][number]['runs'], metric: string): Estimate | undefined {
  const measured = runs.filter((run) => run.last.metrics[metric] !== undefined);
  const bySeed = Map.groupBy(measured, (run) => run.seed);
  return estimate([...bySeed.values()].map((own) => mean(own.map((run) => run.last.metrics[metric] ?? NaN))));
}

function intervalIn(found: Estimate | undefined, metric: string): string {
  if (found === undefined) return '';
  const info = metricInfo(metric);
  const text = (value: number): string => minus(shown(value, info), digitsOf(info));
  const { mean: value, halfWidth } = found;
  return halfWidth === undefined
    ? text(value)
    : `${text(value)} [${text(value - halfWidth)}, ${text(value + halfWidth)}]`;
}

function signedIn(found: Estimate | undefined): string {
  if (found === undefined) return '';
  const { mean: value, halfWidth } = found;
  const text = signed(value, 'test/top1');
  return halfWidth === undefined
    ? text
    : `${text} [${signed(value - halfWidth, 'test/top1')}, ${signed(value + halfWidth, 'test/top1')}]`;
}

function colourOf(colour: string | undefined): string {
  const name = CSS_NAMES.get(colour ?? '');
  return name === undefined ? 'transparent' : `var(${name})`;
}

/** The tables of `cairn compare`, a metric each. */
export function contrastTables({ metrics, contrasts }: Comparison): Html {
  const tables = metrics.flatMap((info) => {
    const own = contrasts.filter((contrast) => contrast.metric === info.name);
    if (own.length === 0) return [];
    const columns = contrastTable(own, info);
    return [
      html`<div class="scroll">
        <table>
          <caption>
            ${heading(info)}
          </caption>
          <thead>
            <tr>
              ${columns.map(([header]) => html`<th>${header}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${own.map(
              (contrast) =>
                html`<tr class="${contrast.kind}">
                  ${columns.map(([header, cell]) => html`<td${raw(header === 'finding' ? ' class="wrap"' : '')}>${cell(contrast)}</td>`)}
                </tr> `,
            )}
          </tbody>
        </table>
      </div>`,
    ];
  });
  return html`<details>
    <summary>All numbers of cairn compare</summary>
    ${tables}
  </details>`;
}

/** The numbers of a single run. */
export function runMetrics({ conditions }: StudyResult): Html {
  const rows = conditions
    .flatMap(({ runs }) => runs)
    .flatMap(({ last, best }) =>
      Object.entries(last.metrics).map(([metric, value]) => {
        const info = metricInfo(metric);
        const text = (of: number | undefined): string =>
          of === undefined
            ? ''
            : `${minus(shown(of, info), digitsOf(info))}${info.unit === '' ? '' : info.unit === 'points' ? ' %' : ` ${info.unit}`}`;
        return html`<tr>
          <td>${metric}</td>
          <td class="text">${info.label}</td>
          <td>${text(value)}</td>
          <td>${text(best.metrics[metric])}</td>
        </tr> `;
      }),
    );
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>metric</th>
          <th class="text">what it is</th>
          <th>last epoch</th>
          <th>best on validation</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

export function runTable(runs: readonly PageRun[]): Html {
  const keys = [...new Set(runs.flatMap(({ facts }) => Object.keys(facts)))];
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>run</th>
          <th>seed</th>
          ${keys.map((key) => html`<th class="text">${key}</th>`)}
          <th class="text">repeats it</th>
        </tr>
      </thead>
      <tbody>
        ${runs.map(
          ({ name, seed, facts, command }) =>
            html`<tr>
              <td>${name}</td>
              <td>${seed}</td>
              ${keys.map((key) => html`<td class="text"><code>${facts[key]}</code></td>`)}
              <td class="text"><code>${command}</code></td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
