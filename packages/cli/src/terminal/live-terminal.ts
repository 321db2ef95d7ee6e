/** Shows a study's events: a block that redraws on a terminal, lines with time stamps elsewhere. */
import { stripVTControlCharacters } from 'node:util';
import type { OutputStream } from '../command.ts';
import type { StudyEvent } from './events.ts';
import { lastingLines, logLines, type Spoken } from './lines.ts';
import { nothingYet, type ProgressState, reduce } from './progress.ts';
import { render } from './render.ts';
import type { Style } from './style.ts';

const FRAME = 200;
const ESCAPE = '\u001b[';
const HIDE_CURSOR = `${ESCAPE}?25l`;
const SHOW_CURSOR = `${ESCAPE}?25h`;
const NO_WRAP = `${ESCAPE}?7l`;
const WRAP = `${ESCAPE}?7h`;
const CLEAR_BELOW = `${ESCAPE}J`;

export interface LiveOptions extends Style {
  readonly stream: OutputStream;
  /** Milliseconds. @default Date.now */
  readonly clock?: () => number;
}

export class LiveTerminal {
  readonly #stream: OutputStream;
  readonly #style: Style;
  readonly #clock: () => number;
  readonly #restore = (): void => void this.#stream.write(WRAP + SHOW_CURSOR);
  #state: ProgressState = nothingYet;
  #spoken: Spoken = new Map();
  /** The block as it stands on the screen, without colours. */
  #drawn: readonly string[] = [];
  #frame = '';
  #timer: NodeJS.Timeout | undefined;

  constructor({ stream, unicode, colour, clock = Date.now }: LiveOptions) {
    this.#stream = stream;
    this.#style = { unicode, colour };
    this.#clock = clock;
  }

  /** Takes one event. On a terminal the block follows within a fifth of a second, lines that stay at once. */
  show(event: StudyEvent): void {
    const now = this.#clock();
    this.#state = reduce(this.#state, event, now);
    if (this.#stream.isTTY !== true) {
      const { lines, spoken } = logLines(this.#state, event, this.#spoken, this.#style, now);
      this.#spoken = spoken;
      for (const line of lines) this.#stream.write(`${line}\n`);
      return;
    }
    const view = { ...this.#style, width: this.#width };
    const lines = lastingLines(this.#state, event, view, now);
    this.#begin();
    if (lines.length > 0) this.#draw(lines);
  }

  /** A line of ordinary text, such as a worker's own output. */
  say(text: string): void {
    this.show({ type: 'say', lines: [text] });
  }

  /** Takes the block away and gives the cursor back. Lines that stay do stay. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    process.off('exit', this.#restore);
    this.#stream.write(this.#erasure() + WRAP + SHOW_CURSOR);
    this.#drawn = [];
    this.#frame = '';
  }

  get #width(): number {
    return Math.max(20, this.#stream.columns ?? 80);
  }

  #begin(): void {
    if (this.#timer !== undefined) return;
    this.#stream.write(HIDE_CURSOR);
    process.on('exit', this.#restore);
    this.#timer = setInterval(() => this.#draw([]), FRAME);
    this.#timer.unref();
  }

  /** Lines that stay, then the block anew. */
  #draw(lasting: readonly string[]): void {
    const view = { ...this.#style, width: this.#width, height: Math.max(2, (this.#stream.rows ?? 24) - 1) };
    const block = render(this.#state, view, this.#clock());
    const frame = block.map((line) => `${line}\n`).join('');
    if (lasting.length === 0 && frame === this.#frame) return;
    const above = lasting.map((line) => `${line}\n`).join('');
    // One write, so that no half-drawn block is seen. Lines of the block never wrap: they are counted.
    this.#stream.write(`${this.#erasure()}${above}${NO_WRAP}${frame}${WRAP}`);
    this.#drawn = block.map(stripVTControlCharacters);
    this.#frame = frame;
  }

  /** Goes to the block's first row and clears from there. A terminal made narrower has broken its lines. */
  #erasure(): string {
    if (this.#drawn.length === 0) return '';
    const rows = this.#drawn.reduce((n, line) => n + Math.max(1, Math.ceil(line.length / this.#width)), 0);
    return `\r${ESCAPE}${rows}A${CLEAR_BELOW}`;
  }
}
