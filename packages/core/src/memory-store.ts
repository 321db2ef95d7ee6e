import type { Store } from './contracts/store.ts';

/** A store without a disk: the browser's, and small tests'. Stores of folders below share its files. */
export class MemoryStore implements Store {
  readonly location: string;
  readonly #files: Map<string, Uint8Array>;
  readonly #prefix: string;

  constructor(location = 'memory', files: Map<string, Uint8Array> = new Map(), prefix = '') {
    this.location = location;
    this.#files = files;
    this.#prefix = prefix;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    const bytes = this.#files.get(this.#prefix + path);
    return Promise.resolve(bytes && new Uint8Array(bytes));
  }

  write(path: string, bytes: Uint8Array): Promise<void> {
    this.#files.set(this.#prefix + path, new Uint8Array(bytes));
    return Promise.resolve();
  }

  append(path: string, text: string): Promise<void> {
    const before = this.#files.get(this.#prefix + path) ?? new Uint8Array();
    const added = new TextEncoder().encode(text);
    const joined = new Uint8Array(before.length + added.length);
    joined.set(before);
    joined.set(added, before.length);
    this.#files.set(this.#prefix + path, joined);
    return Promise.resolve();
  }

  list(path: string): Promise<readonly string[]> {
    const folder = path === '' || path === '.' ? this.#prefix : `${this.#prefix}${path}/`;
    const below = [...this.#files.keys()].filter((key) => key.startsWith(folder));
    const names = below.map((key) => key.slice(folder.length).split('/')[0] ?? '');
    return Promise.resolve([...new Set(names)].sort());
  }

  /** A file, or a folder with all that is in it. */
  remove(path: string): Promise<void> {
    for (const key of this.#files.keys()) {
      if (key === this.#prefix + path || key.startsWith(`${this.#prefix}${path}/`)) this.#files.delete(key);
    }
    return Promise.resolve();
  }

  at(path: string): Store {
    return new MemoryStore(`${this.location}/${path}`, this.#files, `${this.#prefix}${path}/`);
  }
}
