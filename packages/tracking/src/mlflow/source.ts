/** What is sent: a study's folder as the synchroniser sees it. Where it lies and who works on it is the host's matter. */
import type { Store } from '@cairn/core';

/** An anchor's weights on this disk. */
export interface AnchorFile {
  /** Epochs of the teacher's training. */
  readonly epoch: number;
  readonly store: Store;
  readonly file: string;
}

export interface RunSource {
  /** For people: `quickstart/default/kd-t0-s1`. */
  readonly name: string;
  /** The folder with `journal.jsonl`. */
  readonly store: Store;
  /** Whether a process is at it now. */
  readonly active: () => Promise<boolean>;
  /** Whether another run has taken its place: it is marked where it is known, and sent nowhere else. @default false */
  readonly superseded?: boolean;
  /** An anchor that taught it; undefined where it is not here. */
  readonly anchor?: (use: {
    readonly step: number;
    readonly sha256: string;
  }) => Promise<AnchorFile | undefined>;
}

/** What the parent run shows besides its journal. */
export interface StudyPage {
  /** Markdown. */
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly files: readonly PageFile[];
  /** Each is made when those before it are sent. */
  readonly figures: AsyncIterable<PageFile>;
}

/** A page that is made only where it is not on the server. */
export interface PageSource {
  /** Another one where the page would be. */
  readonly state: string;
  readonly make: () => Promise<StudyPage>;
}

export interface PageFile {
  /** On the server, such as `figures/accuracy.svg`. */
  readonly path: string;
  readonly body: Uint8Array | string;
}

export interface StudySource {
  /** Name of the experiment. */
  readonly experiment: string;
  /** Markdown for its description. */
  readonly description?: string;
  /** The run that all others are children of. */
  readonly parent: RunSource;
  /** Asked in every round: runs come into being. */
  readonly runs: () => Promise<readonly RunSource[]>;
  /** Asked when nothing else is left to send; undefined where there is nothing to show. */
  readonly page?: () => Promise<PageSource | undefined>;
}
