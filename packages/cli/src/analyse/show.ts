/** An analysis as text. */
import { counted, percent } from '../format.ts';
import type { Analysis } from './analysis.ts';
import type { HardnessRow } from './hardness.ts';
import type { Difference } from './paired.ts';

const COLUMN = 8;

/** @param width of the terminal: maps that are wider are broken into parts */
export function analysisLines(analysis: Analysis, width: number): string[] {
  const { source, samples, classes, candidates, split, hardness } = analysis;
  const who = hardness[0]?.kind === 'student' ? 'the student' : 'the route itself';
  return [
    `${source}   ${counted(candidates.length, 'state')}, ${counted(samples, 'sample')}${split === 'given' ? '' : ` (${split})`}, ${classes} classes`,
    ...analysis.notes,
    '',
    `hardness of each state for ${who}: mean KL(state ‖ row) in nats; columns are epochs`,
    ...mapLines(analysis, width, ({ kl }) => kl.map((value) => value.toFixed(3))),
    '',
    'agreement: share of samples with the same first class, %',
    ...mapLines(analysis, width, ({ agreement }) => agreement.map((value) => (100 * value).toFixed(1))),
    '',
    'planned anchors',
    ...analysis.policies.map((p) => JSON.stringify(plainPolicy(p))),
    '',
    ...pairedLines(analysis),
  ];
}

/** `epoch 10` of a state of the teacher; a student's stage by its file. */
function labelOf(
  { name, kind }: { readonly name: string; readonly kind: 'student' | 'anchor' },
  candidates: Analysis['candidates'],
): string {
  const epoch = kind === 'anchor' ? candidates.find((c) => c.name === name)?.epoch : undefined;
  return epoch === undefined ? name : `epoch ${Number(epoch.toFixed(2))}`;
}

function mapLines(
  { candidates, hardness }: Analysis,
  width: number,
  cells: (row: HardnessRow) => string[],
): string[] {
  const names = Math.max(...hardness.map((row) => labelOf(row, candidates).length)) + 2;
  const perPart = Math.max(1, Math.floor((width - names) / COLUMN));
  const lines: string[] = [];
  for (let start = 0; start < candidates.length; start += perPart) {
    const part = (all: readonly string[]) =>
      all
        .slice(start, start + perPart)
        .map((cell) => cell.padStart(COLUMN))
        .join('');
    lines.push(' '.repeat(names) + part(candidates.map(({ epoch }) => String(Number(epoch.toFixed(2))))));
    for (const row of hardness) lines.push(labelOf(row, candidates).padEnd(names) + part(cells(row)));
  }
  return lines;
}

/** Epochs of each move: a number, or a list where several teach together. */
function plainPolicy({ policy, options, from, moves, problem }: Analysis['policies'][number]): object {
  if (problem !== undefined) return { policy, options, problem };
  const [epochs, steps] = [moves.map((m) => single(m.epochs)), moves.map((m) => single(m.steps))];
  return { policy, options, from, epochs, steps };
}

function single(values: readonly number[]): number | readonly number[] {
  const [first] = values;
  return values.length === 1 && first !== undefined ? first : values;
}

function pairedLines({ paired, candidates }: Analysis): string[] {
  const names = Math.max(...paired.map((row) => labelOf(row, candidates).length)) + 2;
  const head = ['top-1', 'NLL', 'agree', 'KL'].map((h) => h.padStart(COLUMN)).join('');
  return [
    'against the converged teacher, sample by sample (± half of a 95 % interval over samples, given these weights)',
    `${' '.repeat(names)}${head}${'top-1, points'.padStart(17)}${'NLL'.padStart(19)}`,
    ...paired.map((row) => {
      const cells = [percent(row.top1), row.nll.toFixed(3), percent(row.agreement), row.kl.toFixed(3)];
      const text = cells.map((cell) => cell.padStart(COLUMN)).join('');
      return `${labelOf(row, candidates).padEnd(names)}${text}${shown(row.top1Difference, 100, 1).padStart(17)}${shown(row.nllDifference, 1, 3).padStart(19)}`;
    }),
  ];
}

function shown(difference: Difference | undefined, scale: number, digits: number): string {
  if (difference === undefined) return '–';
  const value = (difference.mean * scale).toFixed(digits);
  const sign = difference.mean > 0 ? '+' : '';
  return `${sign}${value} ± ${(difference.halfWidth * scale).toFixed(digits)}`;
}
