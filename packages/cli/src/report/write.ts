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

/** Before minutes of work. @throws CAIRN_FILE_… */
export async function assertWritable(folder: string): Promise<void> {
  const store = new NodeStore(folder);
  await store.write('probe', new Uint8Array());
  await store.remove('probe');
}

/** @param folder where `report.html` and `figures/` go @param by the command line */
export async function writeReport(report: Report, folder: string, by: string): Promise<Written> {
  const store = new NodeStore(folder);
  const drawn: DrawnFigure[] = [];
  const figures: string[] = [];
  for (const figure of report.figures) {
    if (isOmitted(figure)) {
      drawn.push(figure);
      for (const type of ['svg', 'png']) await store.remove(`figures/${figure.name}.${type}`);
      continue;
    }
    const svg = await renderSvg(figure);
    drawn.push({ ...figure, svg });
    for (const { file, bytes } of await filesOf(figure, svg)) {
      await store.write(`figures/${file}`, bytes);
      figures.push(`${store.location}/figures/${file}`);
    }
  }
  const { subject, comparison } = report;
  const { kind, name, result, notes, runs } = subject;
  const page = reportPage({
    kind,
    name,
    result,
    comparison,
    notes,
    figures: drawn,
    runs: runs.map(pageRun),
    by,
  });
  await store.write(PAGE, new TextEncoder().encode(page));
  const omitted = drawn.flatMap((figure) =>
    'why' in figure ? [{ figure: figure.name, why: figure.why }] : [],
  );
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
