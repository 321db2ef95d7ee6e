/** Lines that stay: above the block on a terminal, and with time stamps where there is none. Pure. */
import { bar, clock, count, elapsed, timeOfDay } from './format.ts';
import { fractionDone, type ProgressState, type RunState, secondsLeft, speedOf } from './progress.ts';
import { kindColumn, labelColumn, labelOf } from './render.ts';
import type { StudyEvent } from './events.ts';
import { paint, spell, type Style } from './style.ts';

const BAR = 20;
const SMALLEST_BAR = 6;

/**
 * What stays of an event on a terminal.
 * @param state after the event
 * @param now milliseconds
 */
export function lastingLines(
  state: ProgressState,
  event: StudyEvent,
  view: Style & { readonly width: number },
  now: number,
): string[] {
  if (event.type === 'say') return event.lines.map((line) => spell(line, view));
  const run = state.runs.get(event.run);
  const column = labelColumn(state, view);
  const label = run === undefined ? event.run : labelOf(run, column);
  const line = (first: string, rest: string): string =>
    spell(`${first}  ${label.padEnd(column)}  ${rest}`, view);
  const kind = kindColumn(run ?? { kind: 'run' });
  switch (event.type) {
    case 'note':
      return [line(elapsed((now - (state.begun ?? now)) / 1000).padStart(5), event.text)];
    case 'finished': {
      const room = Math.min(BAR, view.width - column - 11 - event.text.length);
      return [line(kind, room < SMALLEST_BAR ? event.text : `${bar(1, room)}  ${event.text}`)];
    }
    case 'reused':
      // Students that are there already are counted, not listed.
      return run?.kind === 'route' ? [line(kind, `reused   ${event.text}`)] : [];
    case 'failed':
      return [paint(line(kind, `failed   ${event.text}`), 'bad', view)];
    case 'skipped':
      return [line(kind, `skipped   ${event.text}`)];
    case 'interrupted':
      return [line(kind, 'interrupted, state saved')];
    case 'queued':
    case 'started':
    case 'progress':
      return [];
  }
}

/** When a run was last spoken of, and how far it was. */
export type Spoken = ReadonlyMap<string, { readonly time: number; readonly fraction: number }>;

const QUIET = 30_000;
const SILENT = 600_000;

/**
 * What an event adds to a log: start and end of each run, switches, and of a long run a line every tenth, at most
 * every half minute and at least every ten.
 * @param state after the event
 * @param spoken what the call before returned; an empty map at first
 */
export function logLines(
  state: ProgressState,
  event: StudyEvent,
  spoken: Spoken,
  style: Style,
  now: number,
): { readonly lines: readonly string[]; readonly spoken: Spoken } {
  if (event.type === 'say') return { lines: event.lines.map((text) => spell(text, style)), spoken };
  const run = state.runs.get(event.run);
  const text = run === undefined && event.type !== 'note' ? undefined : logText(run, event, spoken, now);
  if (text === undefined) return { lines: [], spoken };
  const kind = kindColumn(run ?? { kind: 'run' });
  const label = (run?.label ?? event.run).padEnd(labelColumn(state, { width: 80 }));
  const head = `${timeOfDay(now)}  ${kind}  ${label}`;
  const fraction = run === undefined ? 0 : fractionDone(run);
  return {
    lines: [spell(`${head}  ${text}`, style)],
    spoken: new Map(spoken).set(event.run, { time: now, fraction }),
  };
}

function logText(
  run: RunState | undefined,
  event: Exclude<StudyEvent, { readonly type: 'say' }>,
  spoken: Spoken,
  now: number,
): string | undefined {
  switch (event.type) {
    case 'queued':
      return undefined;
    case 'reused':
      return run?.kind === 'route' ? `reused   ${event.text}` : undefined;
    case 'started':
      return 'started';
    case 'progress':
      return run !== undefined && isWorthSaying(run, spoken, now) ? progressText(run, now) : undefined;
    case 'note':
      return event.text;
    case 'finished':
      return `finished   ${event.text}`;
    case 'failed':
    case 'skipped':
      return `${event.type}   ${event.text}`;
    case 'interrupted':
      return 'interrupted, state saved';
  }
}

function isWorthSaying(run: RunState, spoken: Spoken, now: number): boolean {
  const last = spoken.get(run.run);
  if (last === undefined) return true;
  const [silence, gain] = [now - last.time, fractionDone(run) - last.fraction];
  return silence >= SILENT || (silence >= QUIET && gain >= 0.1 - 1e-9);
}

function progressText(run: RunState, now: number): string {
  const { progress } = run;
  const [speed, left] = [speedOf(run), secondsLeft(run, now)];
  const percent = `${Math.floor(fractionDone(run) * 100)} %`.padStart(5);
  const parts = [
    percent,
    progress === undefined || progress.stages <= 1 ? '' : `stage ${progress.stage}/${progress.stages}`,
    progress === undefined ? '' : `epoch ${progress.epoch}/${Number(progress.epochs.toFixed(1))}`,
    speed > 0 ? `${count(speed)} img/s` : '',
    left === undefined ? '' : `${clock(left)} left`,
  ];
  return parts.filter((part) => part !== '').join('  ');
}
