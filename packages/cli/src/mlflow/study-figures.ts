/** Figures and page of a study for its parent run: those of `cairn report`. */
import type { PageFile } from '@cairn/tracking';
import type { Host } from '../command.ts';
import type { Report } from '../report/report.ts';
import { PAGE, reportFiles } from '../report/write.ts';
import { placesIn } from '../study/places.ts';

export interface FigureOptions {
  /** Whether `.cairn/reports` has them; else they are drawn, without those that ask networks. */
  readonly reported: boolean;
  readonly say: (text: string) => void;
}

/** Never fails: a figure that cannot be drawn is told, and what came before it is there. @param by for the page */
export async function* studyFigures(
  host: Host,
  report: Report,
  by: string,
  { reported, say }: FigureOptions,
): AsyncGenerator<PageFile> {
  const { name } = report.subject;
  try {
    const files = reported ? storedFiles(host, name) : reportFiles(report, by);
    for await (const { path, bytes } of files) yield { path, body: bytes };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    say(`${name} without some figures in MLflow: ${text}; they can be made: cairn report ${name}`);
  }
}

async function* storedFiles(
  { home }: Host,
  name: string,
): AsyncGenerator<{ readonly path: string; readonly bytes: Uint8Array }> {
  const folder = placesIn(home).reports.at(name);
  const figures = (await folder.list('figures')).map((file) => `figures/${file}`);
  for (const path of [...figures, PAGE]) {
    const bytes = await folder.read(path);
    if (bytes !== undefined) yield { path, bytes };
  }
}
