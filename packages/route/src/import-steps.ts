/** Where in a training a file was saved, from its name: `epoch_10`, `ckpt_epoch_240`, `step-0001`. */
import { RouteError } from '@cairn/core';

export interface SavedState {
  readonly file: string;
  readonly unit: 'epoch' | 'step';
  readonly count: number;
}

/** A student's file: no state of the teacher, whatever it counts. */
export function isStudentFile(file: string): boolean {
  return /^student/i.test(file);
}

const WORDS = /(?:^|[^a-z])(epoch|ep|e|step|iteration|iter|it)s?[-_=. ]?(\d+)(?!\.?\d)/g;
const EPOCH_WORDS: ReadonlySet<string> = new Set(['epoch', 'ep', 'e']);

/**
 * The epoch or step that a file name says; of several the last step, else the last epoch.
 * Undefined where it says none.
 */
export function savedState(file: string): SavedState | undefined {
  const stem = file.replace(/\.[a-z]+$/i, '').toLowerCase();
  const said = [...stem.matchAll(WORDS)].map(([, word = '', digits]): SavedState => {
    return { file, unit: EPOCH_WORDS.has(word) ? 'epoch' : 'step', count: Number(digits) };
  });
  return said.findLast((s) => s.unit === 'step') ?? said.at(-1);
}

/**
 * The states of a training in their order.
 * @throws CAIRN_ROUTE_FILES for a name without a place, mixed units, two files of one place
 */
export function orderStates(files: readonly string[], folder: string): readonly SavedState[] {
  const states = files.map((file) => savedState(file) ?? refuseName(folder, file));
  const [first] = states;
  const other = states.find((s) => s.unit !== first?.unit);
  if (first !== undefined && other !== undefined) {
    const message = `${folder}: ${first.file} counts ${first.unit}s, ${other.file} counts ${other.unit}s`;
    throw new RouteError('CAIRN_ROUTE_FILES', message, { fix: 'one of the two in all names' });
  }
  const ordered = states.toSorted((a, b) => a.count - b.count);
  ordered.forEach((state, i) => {
    const before = ordered[i - 1];
    if (before?.count !== state.count) return;
    const message = `${folder}: ${before.file} and ${state.file} are both ${state.unit} ${state.count}`;
    throw new RouteError('CAIRN_ROUTE_FILES', message, { fix: 'keep the one that is, move the other away' });
  });
  return ordered;
}

function refuseName(folder: string, file: string): never {
  throw new RouteError('CAIRN_ROUTE_FILES', `${folder}: ${file} names no epoch and no step`, {
    fix: 'a name such as epoch_10.safetensors or step-3910.safetensors; or move it out of the folder',
  });
}
