import type { Store, StoredFile } from './contracts/store.ts';

interface HeldFile {
  readonly bytes: Uint8Array;
  readonly used: number;
}

/** A store without a disk: the browser's, and small tests'. Stores of folders below share its files. */
export class MemoryStore implements Store {
  readonly location: string;
  readonly #files: Map<string, HeldFile>;
  readonly #prefix: string;

  constructor(location = 'memory', files: Map<string, HeldFile> = new Map(), prefix = '') {
    this.location = location;
    this.#files = files;
    this.#prefix = prefix;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    const file = this.#files.get(this.#prefix + path);
    return Promise.resolve(file && new Uint8Array(file.bytes));
  }

  write(path: string, bytes: Uint8Array): Promise<void> {
    this.#hold(path, new Uint8Array(bytes));
    return Promise.resolve();
  }

  append(path: string, text: string): Promise<void> {
    const before = this.#files.get(this.#prefix + path)?.bytes ?? new Uint8Array();
    const added = new TextEncoder().encode(text);
    const joined = new Uint8Array(before.length + added.length);
    joined.set(before);
    joined.set(added, before.length);
    this.#hold(path, joined);
    return Promise.resolve();
  }

  list(path: string): Promise<readonly string[]> {
    const names = this.#below(path).map(([name]) => name.split('/')[0] ?? '');
    return Promise.resolve([...new Set(names)].sort());
  }

  files(path: string): Promise<readonly StoredFile[]> {
    const here = this.#below(path).filter(([name]) => !name.includes('/'));
    return Promise.resolve(here.map(([name, { bytes, used }]) => ({ name, bytes: bytes.length, used })));
  }

  touch(path: string): Promise<void> {
    const file = this.#files.get(this.#prefix + path);
    if (file !== undefined) this.#hold(path, file.bytes);
    return Promise.resolve();
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

  #hold(path: string, bytes: Uint8Array): void {
    this.#files.set(this.#prefix + path, { bytes, used: performance.timeOrigin + performance.now() });
  }

  /** All files in a folder and in those below it, by their path from there. */
  #below(path: string): readonly (readonly [string, HeldFile])[] {
    const folder = path === '' || path === '.' ? this.#prefix : `${this.#prefix}${path}/`;
    return [...this.#files].flatMap(([key, file]) =>
      key.startsWith(folder) ? [[key.slice(folder.length), file] as const] : [],
    );
  }
}
