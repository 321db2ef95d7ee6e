/** The results table as text. Every number in it is made in `@cairn/report`. */
import { type StudyResult, summarise } from '@cairn/report';
import { spell } from '../terminal/style.ts';
import { columnsOf } from './columns.ts';
import { layOut, spelled } from './layout.ts';
import { fill, notes } from './notes.ts';

/** @param view columns and signs of the terminal */
export function resultTable(
  result: StudyResult,
  view: { readonly width: number; readonly unicode: boolean },
): string[] {
  const summary = summarise(result);
  const style = { unicode: view.unicode, colour: false };
  const [first, ...rest] = columnsOf(summary, result.baseline).map((column) => spelled(column, style));
  const table = first === undefined ? [] : layOut(first, rest, view.width);
  const sentences = notes(summary, result).map((text) => spell(text, style));
  const gap = sentences.length > 0 ? [''] : [];
  return [...table, ...gap, ...sentences.flatMap((text) => fill(text, view.width))];
}
