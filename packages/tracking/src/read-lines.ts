import { RunError } from '@cairn/core';
import { decodeLine, JOURNAL_VERSION, type JournalEntry } from './records.ts';

/** A journal's whole lines. */
export interface JournalLines {
  readonly entries: readonly JournalEntry[];
  /** Bytes of whole lines. */
  readonly wholeBytes: number;
  /** Bytes after the last newline: what a killed writer left. */
  readonly tornBytes: number;
}

/**
 * Reads a journal. What follows the last newline is ignored.
 * @param file its name, for messages
 * @throws CAIRN_JOURNAL_DAMAGED naming the line, CAIRN_JOURNAL_VERSION
 */
export function readLines(bytes: Uint8Array, file: string): JournalLines {
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  const entries: JournalEntry[] = [];
  for (let begin = 0; begin < wholeBytes;) {
    const end = bytes.indexOf(0x0a, begin);
    const place = `${file}, line ${entries.length + 1}`;
    entries.push(entryOf(bytes.subarray(begin, end), place));
    begin = end + 1;
  }
  return { entries, wholeBytes, tornBytes: bytes.length - wholeBytes };
}

function entryOf(line: Uint8Array, place: string): JournalEntry {
  const text = textOf(line);
  const entry = text === undefined ? 'no UTF-8' : decodeLine(text);
  if (typeof entry === 'object') return entry;
  if (typeof entry === 'number') {
    const message = `journal ${place}: format version ${entry}; this Cairn reads up to ${JOURNAL_VERSION}`;
    throw new RunError('CAIRN_JOURNAL_VERSION', message, { fix: 'use the newer Cairn that wrote it' });
  }
  throw new RunError('CAIRN_JOURNAL_DAMAGED', `journal ${place}: ${entry}`, {
    fix: ["restore it from a copy, or delete the run's folder: the run then begins anew"],
  });
}

function textOf(line: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(line);
  } catch {
    return undefined;
  }
}
