/** A file as its folder lists it. */
export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
  /** When it was last written or touched, in milliseconds. */
  readonly used: number;
}

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
  /** The files right in a folder, unsorted; none where there is no folder. */
  files(path: string): Promise<readonly StoredFile[]>;
  /** Marks a file as used now. No error where there is none. */
  touch(path: string): Promise<void>;
  /** No error where there is nothing. */
  remove(path: string): Promise<void>;
  /** A store of the folder below. */
  at(path: string): Store;
}
