/** How far one server has a run: a file for each, written whole after what it says was acknowledged. */
import { isRecord, type Store } from '@cairn/core';

export interface RunCursor {
  readonly version: 1;
  readonly uid: string;
  readonly experimentId: string;
  readonly runId: string;
  /** Journal lines that are on the server. */
  readonly entries: number;
  /** Lines of `system.jsonl` that are. */
  readonly samples: number;
  /** What the run's state was last set to. */
  readonly status?: string;
  /** After which line the page was sent, and its state. */
  readonly page?: string;
}

/** The files of one target. Losing one costs time and nothing else: what is sent again is kept once. */
export class Cursors {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Undefined where there is none, and for one that says nothing. */
  async read(uid: string): Promise<RunCursor | undefined> {
    const bytes = await this.#store.read(fileOf(uid));
    if (bytes === undefined) return undefined;
    try {
      const cursor: unknown = JSON.parse(new TextDecoder().decode(bytes));
      return isCursor(cursor) && cursor.uid === uid ? cursor : undefined;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined; // begun anew
      throw error;
    }
  }

  write(cursor: RunCursor): Promise<void> {
    return this.#store.write(fileOf(cursor.uid), new TextEncoder().encode(`${JSON.stringify(cursor)}\n`));
  }
}

/** A uid comes from a file: nothing in it may name another folder. */
function fileOf(uid: string): string {
  return `${uid.replaceAll(/[^\w-]/g, '_')}.json`;
}

function isCursor(value: unknown): value is RunCursor {
  return (
    isRecord(value) &&
    value['version'] === 1 &&
    [value['uid'], value['experimentId'], value['runId']].every((text) => typeof text === 'string') &&
    [value['entries'], value['samples']].every((count) => Number.isSafeInteger(count) && Number(count) >= 0)
  );
}
