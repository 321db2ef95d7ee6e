/** What `cairn compare` prints. Every number in it is made in `@cairn/report`. */
import { type Comparison, heading, type SeedPlan, sentences } from '@cairn/report';
import { spell } from '../terminal/style.ts';
import { amount, contrastColumns } from './comparison-columns.ts';
import { type Column, layOut, spelled } from './layout.ts';
import { fill } from './notes.ts';

export interface Besides {
  readonly notes: readonly string[];
  readonly power: readonly SeedPlan[] | undefined;
}

/** @param view columns and signs of the terminal */
export function comparisonText(
  comparison: Comparison,
  { notes, power }: Besides,
  view: { readonly width: number; readonly unicode: boolean },
): string[] {
  const { study, profile, question, numerics, metrics, contrasts } = comparison;
  const paragraphs = [...sentences(comparison), ...notes.map((note) => `${note}.`)];
  const lines = [
    ...fill(`cairn compare  ${study}/${profile}   ${numerics}`, view.width),
    ...(question === '' ? [] : fill(question, view.width)),
    ...metrics.flatMap((info) => {
      const own = contrasts.filter((contrast) => contrast.metric === info.name);
      return own.length === 0 ? [] : ['', heading(info), ...table(contrastColumns(own), view)];
    }),
    ...(power === undefined ? [] : powerLines(power, view)),
    '',
    ...paragraphs.flatMap((text) => fill(text, view.width)),
  ];
  return lines.map((line) => spell(line, { unicode: view.unicode, colour: false }));
}

function table(
  [first, ...rest]: readonly Column[],
  view: { readonly width: number; readonly unicode: boolean },
): string[] {
  const style = { unicode: view.unicode, colour: false };
  const laid = rest.map((column) => spelled(column, style));
  return first === undefined ? [] : layOut(spelled(first, style), laid, view.width);
}

function powerLines(
  power: readonly SeedPlan[],
  view: { readonly width: number; readonly unicode: boolean },
): string[] {
  if (power.length === 0) return ['', 'No seeds can be planned: one seed shows no spread.'];
  const column = (header: string, cell: (plan: SeedPlan) => string): Column => ({
    header,
    unit: '',
    align: 'right',
    cells: power.map(cell),
  });
  const seeds = (n: number | undefined): string => (n === undefined ? '>10,000' : String(n));
  const columns: Column[] = [
    { ...column('', (p) => `  ${p.condition} − ${p.against}`), align: 'left' },
    { ...column('metric', (p) => p.metric), align: 'left' },
    column('to show', (p) => amount(p.difference, p.metric) ?? ''),
    column('sd', (p) => amount(p.sd, p.metric) ?? ''),
    column('seeds', (p) => seeds(p.seeds)),
    column('to be safe', (p) => seeds(p.cautiousSeeds)),
  ];
  const head =
    'Seeds that show a difference with 80 % power; "to be safe" takes the spread at its 80 % upper limit.';
  return ['', ...fill(head, view.width), ...table(columns, view)];
}
