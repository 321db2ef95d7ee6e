/** Tables of runs: the numbers of one, and by what each of many is found and repeated. */
import { digitsOf, metricInfo, shown } from '../comparison/metric.ts';
import { minus } from '../comparison/sentences.ts';
import type { StudyResult } from '../result.ts';
import { html, type Html } from './html.ts';

/** The numbers of a single run. */
export function runMetrics({ conditions }: StudyResult): Html {
  const rows = conditions
    .flatMap(({ runs }) => runs)
    .flatMap(({ last, best }) =>
      Object.entries(last.metrics).map(
        ([metric, value]) =>
          html`<tr>
            <td>${metric}</td>
            <td class="text">${metricInfo(metric).label}</td>
            <td>${withUnit(value, metric)}</td>
            <td>${withUnit(best.metrics[metric], metric)}</td>
          </tr> `,
      ),
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

/** `66.10 %`, `0.3100 nats` */
function withUnit(value: number | undefined, metric: string): string {
  if (value === undefined) return '';
  const info = metricInfo(metric);
  const units = { points: ' %', nats: ' nats', '': '' } as const;
  return `${minus(shown(value, info), digitsOf(info))}${units[info.unit]}`;
}

/** A run for the last table. */
export interface PageRun {
  /** `quickstart/default/kd-t0-s1` */
  readonly name: string;
  readonly seed: number;
  /** By what it can be found and repeated. */
  readonly facts: Readonly<Record<string, string>>;
}

/** What is the same for all runs stands above the table, once. */
export function runTable(runs: readonly PageRun[]): Html {
  const keys = [...new Set(runs.flatMap(({ facts }) => Object.keys(facts)))];
  const [first, ...others] = runs;
  const isCommon = (key: string): boolean => others.every(({ facts }) => facts[key] === first?.facts[key]);
  const [common, own] = [keys.filter(isCommon), keys.filter((key) => !isCommon(key))];
  return html`<p class="sub">
      ${common.map((key) => html`${key} <code>${first?.facts[key]}</code> · `)}to repeat
      ${others.length === 0 ? 'it' : 'one'} and compare it bit by bit:
      <code>npx cairn rerun ${others.length === 0 ? first?.name : '<run>'}</code>
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>run</th>
            <th>seed</th>
            ${own.map((key) => html`<th class="text">${key}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${runs.map(
            ({ name, seed, facts }) =>
              html`<tr>
                <td>${name}</td>
                <td>${seed}</td>
                ${own.map((key) => html`<td class="text"><code>${facts[key]}</code></td>`)}
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
}
