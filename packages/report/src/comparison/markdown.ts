/** A comparison as Markdown, for a README or an issue. */
import type { Comparison, JudgedContrast } from './compare.ts';
import { digitsOf, type MetricInfo, shown } from './metric.ts';
import { minus, pText, sentences, signed } from './sentences.ts';

/** Its cell is empty where there is nothing to say. */
export type ContrastColumn = readonly [header: string, cell: (contrast: JudgedContrast) => string];

export function comparisonMarkdown(comparison: Comparison): string {
  const { study, profile, question, metrics, contrasts, numerics } = comparison;
  const lines = [`## ${study}/${profile}`, '', ...(question === '' ? [] : [question, ''])];
  for (const info of metrics) {
    const own = contrasts.filter((contrast) => contrast.metric === info.name);
    if (own.length === 0) continue;
    lines.push(`### ${heading(info)}`, '', ...table(own, info), '');
  }
  lines.push(...sentences(comparison), `Numerics ${numerics}.`);
  return `${lines.join('\n')}\n`;
}

/** `test/kl: KL(converged teacher ‖ student), nats, lower is better` */
export function heading({ name, label, unit, better }: MetricInfo): string {
  const direction = better === undefined ? '' : `${better} is better`;
  return [`${name}: ${label}`, unit, direction].filter((part) => part !== '').join(', ');
}

/** What a table of contrasts shows; columns that would be empty are left out. */
export function contrastTable(contrasts: readonly JudgedContrast[], info: MetricInfo): ContrastColumn[] {
  const mean = (value: number): string => shown(value, info).toFixed(digitsOf(info));
  const all: ContrastColumn[] = [
    ['', (c) => `${c.condition} − ${c.against}`],
    ['mean', (c) => mean(c.mean)],
    ['of the other', (c) => mean(c.meanAgainst)],
    ['difference', (c) => signed(c.difference.mean, c.metric)],
    ['95 % t', (c) => intervalText(c.t, c.metric)],
    ['95 % images', (c) => intervalText(c.images, c.metric)],
    ['seeds × images', (c) => intervalText(c.images?.both, c.metric)],
    ['Welch', (c) => intervalText(c.welch, c.metric)],
    ['r', (c) => (c.correlation === undefined ? '' : minus(c.correlation, 2))],
    ['n', (c) => String(c.n)],
    ['least p', (c) => pText(c.smallestP)],
    ['p signs', (c) => (c.signFlip === undefined ? '' : pText(c.signFlip.p))],
    ['Holm', (c) => (c.holm === undefined ? '' : pText(c.holm))],
    ['TOST p', (c) => (c.equivalence === undefined ? '' : pText(c.equivalence.p))],
    ['cost', (c) => (c.cost === undefined ? '' : `×${c.cost.toFixed(1)}`)],
    ['finding', (c) => c.verdict.text],
  ];
  return all.filter(([, cell]) => contrasts.some((contrast) => cell(contrast) !== ''));
}

function table(contrasts: readonly JudgedContrast[], info: MetricInfo): string[] {
  const columns = contrastTable(contrasts, info);
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    row(columns.map(([header]) => header)),
    row(columns.map(() => '---')),
    ...contrasts.map((contrast) =>
      row(columns.map(([header, cell]) => (header === '' ? strong(contrast, cell) : cell(contrast)))),
    ),
  ];
}

/** Primary contrasts stand out. */
function strong(contrast: JudgedContrast, cell: ContrastColumn[1]): string {
  const sign = contrast.kind === 'primary' ? '**' : '';
  return `${sign}${cell(contrast)}${sign}`;
}

/** `[−0.20, +0.80]`; empty where there is none. */
export function intervalText(
  interval: { readonly low: number; readonly high: number } | undefined,
  metric: string,
): string {
  return interval === undefined ? '' : `[${signed(interval.low, metric)}, ${signed(interval.high, metric)}]`;
}
