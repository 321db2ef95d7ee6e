/** The block that redraws: a line per running run, and one for the study. Pure. */
import { about, bar, clock, count } from './format.ts';
import {
  fractionDone,
  type ProgressState,
  runsThatAre,
  type RunState,
  type RunStatus,
  secondsLeft,
  speedOf,
  studySecondsLeft,
} from './progress.ts';
import { paint, shorten, spell, type Style } from './style.ts';

export interface View extends Style {
  /** Columns. */
  readonly width: number;
  /** The most lines of the block. */
  readonly height: number;
}

const BAR = 20;
const SMALLEST_BAR = 6;
const LONGEST_LABEL = 28;

/**
 * @param now milliseconds
 * @returns no line where nothing is running or waiting
 */
export function render(state: ProgressState, view: View, now: number): string[] {
  const running = runsThatAre(state, 'running');
  if (running.length + runsThatAre(state, 'waiting').length === 0) return [];
  const room = Math.max(1, view.height - 1);
  const shown = running.length <= room ? running : running.slice(0, room - 1);
  const hidden = running.length - shown.length;
  const more = hidden === 0 ? [] : [`       and ${hidden} more running`];
  return [...runLines(state, shown, view, now), ...more, studyLine(state, view, now)];
}

function runLines(state: ProgressState, shown: readonly RunState[], view: View, now: number): string[] {
  const column = labelColumn(state, view);
  const details = fitDetails(shown, view.width - column - 11 - SMALLEST_BAR, now);
  const longest = Math.max(0, ...details.map((detail) => detail.length));
  const barWidth = Math.min(BAR, view.width - column - 11 - longest);
  return shown.map((run, i) => {
    const filled = bar(fractionDone(run), Math.max(0, barWidth));
    const head = `${kindColumn(run)}  ${spell(labelOf(run, column), view).padEnd(column)}  `;
    const full = filled.replaceAll('░', '');
    const rest = paint(spell(filled.slice(full.length), view), 'dim', view);
    const detail = (details[i] ?? '').trimEnd();
    return barWidth < SMALLEST_BAR
      ? shorten(head + detail, view.width)
      : `${head}${spell(full, view)}${rest}  ${detail}`;
  });
}

/** `route` and ` run `: five columns. */
export function kindColumn(run: Pick<RunState, 'kind'>): string {
  return run.kind === 'route' ? 'route' : ' run ';
}

/** Columns for labels: those of the longest of the study, so that lines that stay align with the block. */
export function labelColumn(state: ProgressState, view: Pick<View, 'width'>): number {
  const longest = Math.max(0, ...[...state.runs.values()].map((run) => run.label.length));
  return Math.min(longest, LONGEST_LABEL, Math.max(8, Math.floor(view.width / 3)));
}

export function labelOf(run: Pick<RunState, 'label'>, column: number): string {
  return shorten(run.label, column);
}

/** All that there is to say of each run, leaving out speed, then the stage, where the width is short. */
function fitDetails(runs: readonly RunState[], room: number, now: number): string[] {
  const [stage, epoch] = [align(runs.map(stageOf)), align(runs.map(epochOf))];
  const [speed, left] = [align(runs.map(speedText)), align(runs.map((run) => leftText(run, now)))];
  const join = (...columns: readonly (readonly string[])[]): string[] =>
    runs.map((_, i) =>
      columns
        .map((column) => column[i] ?? '')
        .filter((cell) => cell !== '')
        .join('  '),
    );
  const choices = [join(stage, epoch, speed, left), join(stage, epoch, left), join(epoch, left)];
  return choices.find((lines) => lines.every((line) => line.trimEnd().length <= room)) ?? join(left);
}

function stageOf({ progress }: RunState): string {
  return progress === undefined || progress.stages <= 1 ? '' : `stage ${progress.stage}/${progress.stages}`;
}

function epochOf({ progress }: RunState): string {
  if (progress === undefined) return 'starting';
  const total = String(Number(progress.epochs.toFixed(1)));
  return `epoch ${String(progress.epoch).padStart(total.length)}/${total}`;
}

function speedText(run: RunState): string {
  const speed = speedOf(run);
  return speed > 0 ? `${count(speed)} img/s` : '';
}

function leftText(run: RunState, now: number): string {
  const left = secondsLeft(run, now);
  return left === undefined ? '' : `${clock(left)} left`;
}

/** Cells of one width; of none where all are empty. Numbers with their unit stand at the right. */
function align(cells: readonly string[]): string[] {
  const width = Math.max(0, ...cells.map((cell) => cell.length));
  return cells.map((cell) => (/^\d/.test(cell) ? cell.padStart(width) : cell.padEnd(width)));
}

function studyLine(state: ProgressState, view: View, now: number): string {
  const number = (...status: readonly RunStatus[]): number => runsThatAre(state, ...status).length;
  const reused = number('reused');
  const parts = [
    `${number('finished', 'reused')} of ${state.runs.size} done${reused === 0 ? '' : `, ${reused} reused`}`,
    ...(['running', 'waiting', 'failed', 'skipped', 'interrupted'] as const)
      .map((status) => [number(status), status] as const)
      .filter(([n]) => n > 0)
      .map(([n, status]) => `${n} ${status}`),
  ];
  const left = studySecondsLeft(state, now);
  const time = left === undefined ? '' : `   ${about(left)} left`;
  return shorten(spell(`study  ${parts.join(' · ')}${time}`, view), view.width);
}
