/** A route as one tar archive on the disk: written whole, unpacked only where nothing in it is out of place. */
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RouteError } from '@cairn/core';
import { adoptRoute, checkUnpacked, isPackedPath, packRoute, type StoredManifest } from '@cairn/route';
import { extract, Header } from 'tar';
import { fileError, NodeStore, systemCode } from '../files/index.ts';
import { version } from '../version.ts';

const BLOCK = 512;

/**
 * Writes a route's archive. Equal routes give equal bytes.
 * @returns its size in bytes
 * @throws CAIRN_ROUTE_MISSING, CAIRN_ANCHOR_…, CAIRN_FILE_…; then no file is left
 */
export async function packArchive(routes: NodeStore, id: string, file: string): Promise<number> {
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    await mkdir(dirname(file), { recursive: true });
    const size = await writeTar(temporary, packRoute(routes, id, version));
    await rename(temporary, file);
    return size;
  } catch (error) {
    throw systemCode(error) === undefined ? error : fileError('write', file, error);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeTar(file: string, files: ReturnType<typeof packRoute>): Promise<number> {
  await using handle = await open(file, 'w');
  let size = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    await handle.writeFile(bytes);
    size += bytes.length;
  };
  for await (const { path, bytes } of files) {
    const block = Buffer.alloc(BLOCK);
    new Header({ path, type: 'File', size: bytes.length, mode: 0o644, mtime: new Date(0) }).encode(block, 0);
    await write(block);
    await write(bytes);
    await write(new Uint8Array(-bytes.length & (BLOCK - 1)));
  }
  await write(new Uint8Array(2 * BLOCK));
  await handle.sync();
  return size;
}

export interface Unpacked {
  readonly manifest: StoredManifest;
  /** False where the same route was there already. */
  readonly isNew: boolean;
}

/**
 * Verifies an archive in a temporary folder and takes its route over.
 * @throws CAIRN_ROUTE_ARCHIVE for an archive that holds anything else, CAIRN_ROUTE_EXISTS, and what `checkUnpacked` throws
 */
export async function unpackArchive(routes: NodeStore, file: string): Promise<Unpacked> {
  let temporary: string | undefined;
  try {
    await mkdir(routes.location, { recursive: true });
    temporary = await mkdtemp(join(routes.location, '.unpack-'));
    await extractChecked(file, temporary);
    const unpacked = new NodeStore(temporary);
    const manifest = await checkUnpacked(unpacked);
    return { manifest, isNew: await adoptRoute(unpacked, manifest, routes) };
  } catch (error) {
    throw fromSystem(error) ? fileError('unpack', file, error) : error;
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

/** What is read of an entry. */
interface Entry {
  readonly type: string;
}

const FILES = new Set(['File', 'OldFile', 'ContiguousFile']);

async function extractChecked(file: string, folder: string): Promise<void> {
  const problems: string[] = [];
  const taken = new Set<string>();
  const filter = (path: string, { type }: Entry): boolean => {
    // Other programs that pack again write an entry for the folder.
    if (type === 'Directory' && /^[0-9a-f]{8,64}\/$/.test(path)) return false;
    if (!FILES.has(type)) problems.push(`holds a ${type}, ${path}`);
    else if (!isPackedPath(path)) problems.push(`holds ${path}, which is no part of a route`);
    else if (taken.has(path)) problems.push(`holds ${path} twice`);
    taken.add(path);
    return problems.length === 0;
  };
  try {
    await extract({
      file,
      cwd: folder,
      strict: true,
      noMtime: true,
      filter: (path, entry) => filter(path, entry as unknown as Entry),
    });
  } catch (error) {
    if (fromSystem(error)) throw error;
    problems.push(`is no readable archive (${error instanceof Error ? error.message : String(error)})`);
  }
  const [first] = problems;
  if (first === undefined) return;
  throw new RouteError('CAIRN_ROUTE_ARCHIVE', `${file} ${first}`, {
    fix: 'nothing was imported; an archive that cairn routes pack has made, whole',
  });
}

/** `ENOSPC` and its kin, unlike the codes of tar and Node. */
function fromSystem(error: unknown): boolean {
  return /^E[A-Z0-9]+$/.test(systemCode(error) ?? '');
}
