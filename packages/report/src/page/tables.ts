/** Tables of a study: conditions, and every contrast. Every number is formatted by the code of `cairn compare`. */
import type { Comparison } from '../comparison/compare.ts';
import { contrastTable, heading } from '../comparison/markdown.ts';
import { digitsOf, metricInfo, shown } from '../comparison/metric.ts';
import { overStudentSeeds } from '../comparison/over-seeds.ts';
import { minus, signed } from '../comparison/sentences.ts';
import { type ConditionSummary, summarise, type TeacherSummary } from '../comparison/summary.ts';
import { CSS_NAMES, lookOf, looksOf } from '../figures/palette.ts';
import type { RunResult, StudyResult } from '../result.ts';
import type { Estimate } from '../statistics/sample.ts';
import { html, type Html, raw } from './html.ts';

/** Means with intervals, and differences to the control and to the baseline. */
export function conditionTable(result: StudyResult, { baseline }: Comparison): Html {
  const { teachers, conditions } = summarise(result);
  const looks = looksOf(result.conditions.map(({ name }) => name));
  const colourOf = (name: string): string => CSS_NAMES.get(lookOf(looks, name).colour) ?? '--muted';
  return html`<div class="scroll">
    <table>
      <caption>
        <span
          >Last epoch, test split. In brackets: 95 % t-interval over student seeds; of differences, of the
          pairs of one seed. Higher accuracy is better; lower KL is nearer to the converged teacher. Cost:
          multiply-adds of a run as a multiple of ${baseline}’s.</span
        >
      </caption>
      <thead>
        <tr>
          <th>condition</th>
          <th>runs</th>
          <th>accuracy, %</th>
          <th>less its control, points</th>
          <th>less ${baseline}, points</th>
          <th>cost</th>
          <th>KL(teacher ‖ student), nats</th>
        </tr>
      </thead>
      <tbody>
        ${teachers.map(teacherRow)}
        ${conditions.map((condition, i) =>
          conditionRow(condition, result.conditions[i]?.runs ?? [], colourOf(condition.name)),
        )}
      </tbody>
    </table>
  </div>`;
}

function teacherRow({ model, accuracy }: TeacherSummary): Html {
  return html`<tr>
    <td>teacher ${model}</td>
    <td>${accuracy?.n}</td>
    <td>${accuracy === undefined ? '' : (accuracy.mean * 100).toFixed(2)}</td>
    <td colspan="4"></td>
  </tr> `;
}

function conditionRow(
  { name, n, control, vsControl, vsBaseline, cost }: ConditionSummary,
  runs: readonly RunResult[],
  colour: string,
): Html {
  const cell = (metric: string): string => intervalIn(overStudentSeeds(runs, metric), metric);
  const against = control === undefined ? '' : html`<br /><span class="sub">${control}</span>`;
  return html`<tr>
    <td><span class="swatch" style="background: var(${colour})"></span>${name}</td>
    <td>${n}</td>
    <td>${cell('test/top1')}</td>
    <td>${signedIn(vsControl)}${against}</td>
    <td>${signedIn(vsBaseline)}</td>
    <td>${cost === undefined ? '' : `×${cost.toFixed(1)}`}</td>
    <td>${cell('test/kl')}</td>
  </tr> `;
}

function intervalIn(found: Estimate | undefined, metric: string): string {
  const info = metricInfo(metric);
  return estimateText(found, (value) => minus(shown(value, info), digitsOf(info)));
}

function signedIn(found: Estimate | undefined): string {
  return estimateText(found, (value) => signed(value, 'test/top1'));
}

/** `68.30 [67.10, 69.50]`; without the interval where there is none. */
function estimateText(found: Estimate | undefined, text: (value: number) => string): string {
  if (found === undefined) return '';
  const { mean, halfWidth } = found;
  return halfWidth === undefined
    ? text(mean)
    : `${text(mean)} [${text(mean - halfWidth)}, ${text(mean + halfWidth)}]`;
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
            <span>${heading(info)}</span>
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
