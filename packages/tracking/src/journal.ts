import { RunError, type RunRecord, type Store, type Tracker } from '@cairn/core';
import { type JournalView, typeOf, viewOf } from './journal-view.ts';
import { readLines } from './read-lines.ts';
import { encodeLine, isCounted, type JournalEntry } from './records.ts';
import { olderReplayKey, replayKey } from './replay-key.ts';

export interface JournalOptions {
  /** Milliseconds; the time of each line. @default Date.now */
  readonly now?: () => number;
}

/**
 * A run's journal: whole lines, appended. Records have ordinals; a checkpoint stores `position`, and a run that
 * goes on from it first repeats records that are written already: `rewindTo` lets those pass in silence.
 * Nothing but a torn last line is ever removed.
 */
export class Journal implements Tracker {
  /** What stood in it when it was opened. */
  readonly existing: JournalView;
  readonly #store: Store;
  readonly #path: string;
  readonly #now: () => number;
  /** The counted records that are written. */
  readonly #written: readonly Written[];
  readonly #pending: string[] = [];
  #position: number;
  /** Bytes of whole lines, as far as they are known. */
  #bytes: number;
  /** Whether the file may end with something else. */
  #uncertain: boolean;
  #begun = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(store: Store, path: string, bytes: Uint8Array, options: JournalOptions) {
    const { entries, wholeBytes, tornBytes } = readLines(bytes, `${store.location}/${path}`);
    this.#store = store;
    this.#path = path;
    this.#now = options.now ?? Date.now;
    this.#written = entries.filter((e) => isCounted(typeOf(e))).map(writtenOf);
    this.#position = this.#written.length;
    this.#bytes = wholeBytes;
    this.#uncertain = tornBytes > 0;
    this.existing = { ...viewOf(entries), tornBytes };
  }

  /**
   * Opens a journal, or begins one. Without `rewindTo`, records go on after those that exist.
   * @throws CAIRN_JOURNAL_DAMAGED, CAIRN_JOURNAL_VERSION
   */
  static async open(store: Store, path: string, options: JournalOptions = {}): Promise<Journal> {
    return new Journal(store, path, (await store.read(path)) ?? new Uint8Array(), options);
  }

  /** Ordinal of the next record: what a checkpoint stores, after `flush`. */
  get position(): number {
    return this.#position;
  }

  /**
   * The run goes on from a state that was saved when `position` was `count`; the next records, up to those that
   * exist, are repetitions. Call it before any record.
   * @throws CAIRN_JOURNAL_SHORT where the journal has fewer
   */
  rewindTo(count: number): void {
    if (this.#begun || !Number.isInteger(count) || count < 0) {
      throw new RangeError(`rewindTo(${count}): a whole number, before any record`);
    }
    if (count > this.#written.length) {
      const has = `has ${this.#written.length} records, the saved state was made after ${count}`;
      throw new RunError('CAIRN_JOURNAL_SHORT', `journal ${this.#store.location}/${this.#path}: ${has}`, {
        fix: "restore it from a copy, or delete the run's folder: the run then begins anew",
      });
    }
    this.#begun = true;
    this.#position = count;
    if (this.#bytes > 0) this.#pending.push(encodeLine({ type: 'resume', records: count }, this.#now()));
  }

  /** @throws CAIRN_JOURNAL_REPLAY where a repeated record is another one than before */
  record(record: RunRecord): void {
    this.#begun = true;
    if (isCounted(record.type)) {
      if (this.#repeats(record)) return;
      this.#position++;
    }
    this.#pending.push(encodeLine(record, this.#now()));
  }

  /** Whether the record is written already. */
  #repeats(record: RunRecord): boolean {
    const expected = this.#written[this.#position];
    if (expected === undefined) return false;
    if (expected.older && record.type === 'dataset') {
      // An earlier version had other parts of the data: those that it had not are not there.
      if (expected.type === 'dataset') this.#position++;
      return true;
    }
    this.#requireSame(expected.older ? olderReplayKey(record) : replayKey(record), expected.key);
    this.#position++;
    return true;
  }

  /** Writes what was recorded, in one piece, and forces it to the disk. After a failure it can be tried again. */
  flush(): Promise<void> {
    const done = this.#writing.then(() => this.#write());
    this.#writing = done.catch(() => undefined); // whoever called is told; the next call tries again
    return done;
  }

  async #write(): Promise<void> {
    if (this.#uncertain) await this.#settle();
    if (this.#pending.length === 0) return;
    const lines = [...this.#pending];
    const text = lines.join('');
    this.#uncertain = true;
    await this.#store.append(this.#path, text, true);
    this.#uncertain = false;
    this.#bytes += new TextEncoder().encode(text).length;
    this.#pending.splice(0, lines.length);
  }

  /** Finds out what a failed or killed append has written, and cuts off what is no whole line. */
  async #settle(): Promise<void> {
    const bytes = (await this.#store.read(this.#path)) ?? new Uint8Array();
    const whole = bytes.lastIndexOf(0x0a) + 1;
    if (whole < this.#bytes) {
      const message = `journal ${this.#store.location}/${this.#path}: ${whole} bytes; it had ${this.#bytes}`;
      throw new RunError('CAIRN_JOURNAL_SHORT', message, {
        fix: 'let nobody else write it; restore it from a copy',
      });
    }
    if (whole < bytes.length) await this.#store.write(this.#path, bytes.subarray(0, whole));
    const arrived = bytes.subarray(this.#bytes, whole).filter((byte) => byte === 0x0a).length;
    this.#pending.splice(0, arrived);
    this.#bytes = whole;
    this.#uncertain = false;
  }

  #requireSame(found: string, expected: string): void {
    if (found === expected) return;
    const place = `journal ${this.#store.location}/${this.#path}, record ${this.#position + 1}`;
    throw new RunError(
      'CAIRN_JOURNAL_REPLAY',
      `${place}: the run now gives ${found}, before it gave ${expected}`,
      {
        fix: [
          'the same study, code and data repeat a run: one of them has changed since it began',
          "go back to them, or delete the run's folder: the run then begins anew",
        ],
      },
    );
  }
}

/** What is known of a record that a run repeats. */
interface Written {
  readonly type: string;
  readonly key: string;
  readonly older: boolean;
}

function writtenOf(entry: JournalEntry): Written {
  const type = typeOf(entry);
  if (entry.kind !== 'record') return { type, key: type, older: false };
  const { record, older = false } = entry;
  return { type, key: older ? olderReplayKey(record) : replayKey(record), older };
}
