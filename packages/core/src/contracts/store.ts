/**
 * Files, handed in: the same loop runs on a disk and in a browser. Paths are relative, with `/`.
 * Writes are whole (a reader sees the old bytes or the new ones) or append-only.
 */
export interface Store {
  /** Where it is, for messages. */
  readonly location: string;
  /** Undefined where there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Temporary file, fsync, rename. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Appends whole lines in one write. `sync` forces them to the disk. */
  append(path: string, text: string, sync?: boolean): Promise<void>;
  /** Names in a folder, sorted; empty where there is none. */
  list(path: string): Promise<readonly string[]>;
  /** No error where there is nothing. */
  remove(path: string): Promise<void>;
  /** A store of the folder below. */
  at(path: string): Store;
}
