/**
 * What a study tells whoever watches it. Worker processes write events as marked JSON lines on standard output,
 * so that whatever else a plugin prints passes through as text.
 */

/** A run of a student, or of a teacher that records a route. */
export type RunKind = 'route' | 'run';

export interface QueuedEvent {
  readonly type: 'queued';
  readonly run: string;
  readonly kind: RunKind;
  /** For people: `rco-greedy s2`. */
  readonly label: string;
  /** Images that it will train on; an upper bound where its length is decided on the way. */
  readonly images: number;
}

export interface ProgressEvent {
  readonly type: 'progress';
  readonly run: string;
  /** From 1. */
  readonly stage: number;
  /** Known number of stages, or the most there can be; 1 hides the stage. */
  readonly stages: number;
  /** Of the stage; whole epochs done plus the one under way, from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of the whole run. */
  readonly images: number;
  readonly imagesTotal: number;
  /** Over the last steps; 0 where it is not known yet. */
  readonly imagesPerSecond: number;
}

export type StudyEvent =
  /** Lines that stay: what is studied, the plan, a warning. */
  | { readonly type: 'say'; readonly lines: readonly string[] }
  | QueuedEvent
  /** Its result was there already. `text`: what it reached. */
  | { readonly type: 'reused'; readonly run: string; readonly text: string }
  | { readonly type: 'started'; readonly run: string }
  | ProgressEvent
  /** Something worth keeping, such as an anchor switch. */
  | { readonly type: 'note'; readonly run: string; readonly text: string }
  /** `text`: what it reached, such as `12/12 epochs   val 81.3 %   12 anchors kept`. */
  | { readonly type: 'finished'; readonly run: string; readonly text: string }
  /** `text`: code and message of the error. */
  | { readonly type: 'failed'; readonly run: string; readonly text: string }
  /** Not started, since a run before it failed. */
  | { readonly type: 'skipped'; readonly run: string; readonly text: string }
  /** Its state is saved. */
  | { readonly type: 'interrupted'; readonly run: string };

const MARKER = '\u001ecairn ';

/** One line, without its end. */
export function encodeEvent(event: StudyEvent): string {
  return MARKER + JSON.stringify(event);
}

/** The event of a line, or undefined where the line is ordinary text or an event torn off in the middle. */
export function decodeLine(line: string): StudyEvent | undefined {
  if (!line.startsWith(MARKER)) return undefined;
  try {
    return JSON.parse(line.slice(MARKER.length)) as StudyEvent;
  } catch (error) {
    // A worker that was killed leaves half a line: it is shown as text.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
