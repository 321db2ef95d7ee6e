/** `cairn routes import`: an archive, an exported route, or a folder of another program's checkpoints. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '@cairn/core';
import { adoptRoute, readManifest, verifyRoute, type StoredManifest } from '@cairn/route';
import type { Host } from '../command.ts';
import { fileError, NodeStore, systemCode } from '../files/index.ts';
import { placesIn } from '../study/places.ts';
import { unpackArchive } from './archive.ts';
import { importFolder, type ImportRequest } from './import-folder.ts';

export interface Imported {
  readonly manifest: StoredManifest;
  readonly isNew: boolean;
  readonly notes: readonly string[];
}

/** @param path a file or a folder, resolved */
export async function importPath(host: Host, path: string, request: ImportRequest): Promise<Imported> {
  const { routes } = placesIn(host.home);
  const kind = await kindOf(path);
  if (kind === 'missing') {
    throw new UsageError('CAIRN_FILE_MISSING', `cairn routes import: no ${path}`, {
      fix: 'a folder of .safetensors files, or an archive that cairn routes pack has made',
    });
  }
  if (kind === 'file') return { ...(await unpackArchive(routes, path)), notes: [] };
  if ((await kindOf(join(path, 'manifest.json'))) === 'file') return importExported(path, routes);
  return importFolder(host, path, request);
}

/** The folder that `cairn routes export` has written. */
async function importExported(path: string, routes: NodeStore): Promise<Imported> {
  const parent = new NodeStore(dirname(path));
  const id = basename(path);
  const [problem] = await verifyRoute(parent, id);
  if (problem !== undefined) throw problem;
  const manifest = await readManifest(parent, id);
  if (manifest === undefined) throw new TypeError(`the manifest of ${path} has gone`);
  return { manifest, isNew: await adoptRoute(parent, manifest, routes), notes: [] };
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'missing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
    throw fileError('read', path, error);
  }
}
