import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import { RunError, type Store, type StoredFile } from '@cairn/core';
import { fileError, systemCode } from './file-error.ts';
import { processLives } from './process-info.ts';

/** Temporary files: `.<name>.<host>.<pid>-<n>.tmp`. Hidden from `list`. */
const TEMPORARY = /^\.(.+)\.([^.]*)\.(\d+)-\d+\.tmp$/;
const HOST = hostname().replace(/[^\w-]/g, '-');
let temporaries = 0;

/** A folder on a disk. What `write` and a synced `append` have done survives a kill and a power cut. */
export class NodeStore implements Store {
  readonly location: string;

  /** @param folder made when something is written */
  constructor(folder: string) {
    this.location = resolve(folder);
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    const file = this.#path(path);
    try {
      const { buffer, byteOffset, length } = await readFile(file);
      return new Uint8Array(buffer, byteOffset, length); // a Buffer's `slice` would be no copy
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw fileError('read', file, error);
    }
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const file = this.#path(path);
    const folder = dirname(file);
    const temporary = resolve(folder, `.${basename(file)}.${HOST}.${process.pid}-${temporaries++}.tmp`);
    try {
      await makeFolder(folder);
      await withFile(temporary, 'w', async (handle) => {
        await handle.writeFile(bytes);
        await handle.sync();
      });
      await rename(temporary, file);
      await syncFolder(folder);
      await removeLeftovers(folder, basename(file));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined); // the first failure is the one to tell
      throw fileError('write', file, error);
    }
  }

  async append(path: string, text: string, sync = false): Promise<void> {
    const file = this.#path(path);
    const bytes = Buffer.from(text);
    try {
      const isNew = await makeFolder(dirname(file));
      await withFile(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, async (handle) => {
        // A disk that fills up writes a part: the second write then says why.
        for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done)).bytesWritten;
        if (sync) await handle.sync();
      });
      if (sync || isNew) await syncFolder(dirname(file));
    } catch (error) {
      throw fileError('append to', file, error);
    }
  }

  async list(path: string): Promise<readonly string[]> {
    const folder = this.#path(path);
    try {
      return (await readdir(folder)).filter((name) => !TEMPORARY.test(name)).sort();
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw fileError('list', folder, error);
    }
  }

  async files(path: string): Promise<readonly StoredFile[]> {
    const folder = this.#path(path);
    const names = await this.list(path);
    const files = await Promise.all(names.map((name) => fileIn(folder, name)));
    return files.filter((file) => file !== undefined);
  }

  async touch(path: string): Promise<void> {
    const file = this.#path(path);
    const now = new Date();
    try {
      await utimes(file, now, now);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw fileError('touch', file, error);
    }
  }

  /** A file, or a folder with all that is in it. */
  async remove(path: string): Promise<void> {
    const file = this.#path(path);
    try {
      await rm(file, { recursive: true, force: true });
      await syncFolder(dirname(file));
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw fileError('remove', file, error);
    }
  }

  at(path: string): Store {
    return new NodeStore(this.#path(path));
  }

  #path(path: string): string {
    if (/^[/\\]|^[a-zA-Z]:|\\|(^|\/)\.\.(\/|$)|\0/.test(path)) {
      throw new RunError('CAIRN_FILE_PATH', `path in ${this.location}: got ${JSON.stringify(path)}`, {
        fix: 'a relative path with "/" and without ".."',
      });
    }
    return resolve(this.location, path);
  }
}

/** Undefined for a folder, and for what is gone by now. */
async function fileIn(folder: string, name: string): Promise<StoredFile | undefined> {
  try {
    const facts = await stat(resolve(folder, name));
    return facts.isFile() ? { name, bytes: facts.size, used: facts.mtimeMs } : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError('look at', resolve(folder, name), error);
  }
}

async function withFile(
  path: string,
  flags: string | number,
  use: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}

/** Makes a folder and those above it, durably. True where there was none. */
async function makeFolder(folder: string): Promise<boolean> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return false;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
  return true;
}

/** A rename is on the disk when its folder is. Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await withFile(folder, 'r', (handle) => handle.sync());
}

/** What killed processes of this machine left of the same file. */
async function removeLeftovers(folder: string, name: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const [, target, host, pid] = TEMPORARY.exec(entry) ?? [];
    if (target !== name || host !== HOST || processLives(Number(pid))) continue;
    await rm(resolve(folder, entry), { force: true });
  }
}
