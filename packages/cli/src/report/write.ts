/** Writes a report: the page, and the figures beside it. */
import { filesOf, isOmitted, reportPage, renderSvg, type DrawnFigure, type PageRun } from '@cairn/report';
import { NodeStore } from '../files/index.ts';
import type { Report } from './report.ts';
import type { ReportRun } from './subject.ts';

export const PAGE = 'report.html';

export interface Written {
  readonly page: string;
  /** Paths of figures, SVG and PNG. */
  readonly figures: readonly string[];
  /** What is left out, and why. */
  readonly omitted: readonly { readonly figure: string; readonly why: string }[];
}

/** Below the report's folder: `figures/accuracy.svg`. */
export interface ReportFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Every figure as SVG and PNG, drawn one after the other, then the page that holds them. @param by the command line */
export async function* reportFiles(report: Report, by: string): AsyncGenerator<ReportFile> {
  const drawn: DrawnFigure[] = [];
  for (const figure of report.figures) {
    if (isOmitted(figure)) {
      drawn.push(figure);
      continue;
    }
    const svg = await renderSvg(figure);
    drawn.push({ ...figure, svg });
    for (const { file, bytes } of await filesOf(figure, svg)) yield { path: `figures/${file}`, bytes };
  }
  const { subject, comparison } = report;
  const { kind, name, result, notes, runs } = subject;
  const about = { kind, name, result, comparison, notes, runs: runs.map(pageRun), by };
  yield { path: PAGE, bytes: new TextEncoder().encode(reportPage({ ...about, figures: drawn })) };
}

/** Before minutes of work. @throws CAIRN_FILE_… */
export async function assertWritable(folder: string): Promise<void> {
  const store = new NodeStore(folder);
  await store.write('probe', new Uint8Array());
  await store.remove('probe');
}

/** @param folder where `report.html` and `figures/` go @param by the command line */
export async function writeReport(report: Report, folder: string, by: string): Promise<Written> {
  const store = new NodeStore(folder);
  const omitted = report.figures.filter(isOmitted).map(({ name, why }) => ({ figure: name, why }));
  for (const { figure } of omitted)
    for (const type of ['svg', 'png']) await store.remove(`figures/${figure}.${type}`);
  const figures: string[] = [];
  for await (const { path, bytes } of reportFiles(report, by)) {
    await store.write(path, bytes);
    if (path !== PAGE) figures.push(`${store.location}/${path}`);
  }
  return { page: `${store.location}/${PAGE}`, figures, omitted };
}

function pageRun({ name, seed, journal, file }: ReportRun): PageRun {
  const { tags } = journal;
  const weights = journal.weights.findLast(({ role }) => role === 'last')?.sha256;
  const facts = {
    route: tags['cairn.route'],
    config: tags['cairn.config'],
    plan: tags['cairn.plan'],
    data: file?.digest.slice(0, 12),
    'first weights': tags['cairn.initial']?.slice(0, 12),
    'last weights': weights?.slice(0, 12),
    commit: tags['cairn.commit']?.slice(0, 12),
  };
  return {
    name,
    seed,
    facts: Object.fromEntries(
      Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
  };
}
