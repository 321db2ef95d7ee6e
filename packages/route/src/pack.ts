/** One checked archive of a route: what goes into it, and the proof that what came out of one is whole. */
import { canonicalJson, type JsonObject, RouteError, sha256, type Store } from '@cairn/core';
import { absentError, CHECKSUMS, digestError, formatChecksums, parseChecksums } from './import-checksums.ts';
import { loadAnchor } from './load-anchor.ts';
import { MANIFEST, manifestBytes, readManifest, type StoredManifest } from './manifest.ts';
import { exportRoute } from './routes.ts';

/** A file of an archive; the path begins with the route's id. */
export interface PackedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

const PROVENANCE = 'provenance.json';
/** What a route's training leaves beside the weights, taken along where it is there. */
const RECORDS = ['run.json', 'journal.jsonl'] as const;
/** What may stand in an archive. */
const PACKED =
  /^[0-9a-f]{8,64}\/(?:manifest\.json|provenance\.json|run\.json|journal\.jsonl|SHA256SUMS|step-\d{8,}\.safetensors)$/;

/** Whether a path may stand in an archive of a route: the files of one flat folder and nothing else. */
export function isPackedPath(path: string): boolean {
  return PACKED.test(path);
}

/**
 * The files of a route's archive, one after the other: manifest, provenance, records of the training where there are,
 * every anchor (verified), and last the SHA-256 of all of them. Equal routes give equal bytes.
 * @throws CAIRN_ROUTE_MISSING, and what `loadAnchor` throws
 */
export async function* packRoute(store: Store, id: string, code: string): AsyncGenerator<PackedFile> {
  const manifest = await requireManifest(store, id);
  const sums = new Map<string, string>();
  const packed = async (name: string, bytes: Uint8Array): Promise<PackedFile> => {
    sums.set(name, await sha256(bytes));
    return { path: `${id}/${name}`, bytes };
  };
  yield packed(MANIFEST, await manifestBytes(manifest));
  yield packed(PROVENANCE, text(provenanceOf(manifest, code)));
  for (const name of RECORDS) {
    const bytes = await store.read(`${id}/${name}`);
    if (bytes !== undefined) yield packed(name, bytes);
  }
  for (const anchor of manifest.anchors) {
    await loadAnchor(store, manifest, anchor.id);
    const bytes = await store.read(`${id}/${anchor.file}`);
    if (bytes === undefined) throw new RouteError('CAIRN_ANCHOR_MISSING', `${id}/${anchor.file} has gone`);
    yield packed(anchor.file, bytes);
  }
  yield { path: `${id}/${CHECKSUMS}`, bytes: new TextEncoder().encode(formatChecksums(sums)) };
}

function provenanceOf(manifest: StoredManifest, code: string): JsonObject {
  const { id, config, dataset, seed, numerics, code: recordedBy } = manifest;
  return {
    format: 'cairn-route',
    version: 1,
    id,
    packedBy: code,
    recordedBy,
    config,
    dataset,
    seed,
    numerics,
  };
}

function text(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
}

/**
 * Proves that what an archive gave is one whole route: every file listed and as listed, every anchor as recorded.
 * @param unpacked a folder that holds the route's folder alone
 * @throws CAIRN_ROUTE_DAMAGED, CAIRN_ANCHOR_MISSING, CAIRN_ANCHOR_ALTERED, CAIRN_ROUTE_FILES, CAIRN_ROUTE_SWAPPED
 */
export async function checkUnpacked(unpacked: Store): Promise<StoredManifest> {
  const [id, ...others] = await unpacked.list('');
  if (id === undefined || others.length > 0) {
    throw damaged(unpacked, id === undefined ? 'it is empty' : `it holds ${[id, ...others].join(', ')}`);
  }
  const bytes = await unpacked.read(`${id}/${CHECKSUMS}`);
  if (bytes === undefined) throw damaged(unpacked, `no ${id}/${CHECKSUMS}`);
  const sums = parseChecksums(new TextDecoder().decode(bytes), `${id}/${CHECKSUMS}`);
  const names = (await unpacked.list(id)).filter((name) => name !== CHECKSUMS);
  const absent = [...sums.keys()].find((name) => !names.includes(name));
  if (absent !== undefined) throw absentError(absent, id);
  for (const name of names) {
    const found = await sha256((await unpacked.read(`${id}/${name}`)) ?? new Uint8Array());
    const problem = digestError(sums, name, found, id);
    if (problem !== undefined) throw problem;
  }
  const manifest = await requireManifest(unpacked, id);
  for (const { id: step } of manifest.anchors) await loadAnchor(unpacked, manifest, step);
  return manifest;
}

/**
 * Takes a checked route over into a store of routes, with the records of its training.
 * @returns false where the same route is there already
 * @throws CAIRN_ROUTE_EXISTS where another one of its id is
 */
export async function adoptRoute(unpacked: Store, manifest: StoredManifest, routes: Store): Promise<boolean> {
  const { id } = manifest;
  const before = await readManifest(routes, id);
  const trained = ({ provenance: _, ...rest }: StoredManifest): string => canonicalJson(rest);
  if (before !== undefined && trained(before) === trained(manifest)) return false;
  // The manifest comes last, so records of a route that is refused or half copied name nothing.
  if (before === undefined) {
    for (const name of RECORDS) {
      const bytes = await unpacked.read(`${id}/${name}`);
      if (bytes !== undefined) await routes.write(`${id}/${name}`, bytes);
    }
  }
  await exportRoute(unpacked, id, routes);
  return true;
}

async function requireManifest(store: Store, id: string): Promise<StoredManifest> {
  const manifest = await readManifest(store, id);
  if (manifest !== undefined) return manifest;
  throw new RouteError('CAIRN_ROUTE_MISSING', `no ${store.location}/${id}/${MANIFEST}`, {
    fix: 'cairn routes lists the routes that are here',
  });
}

function damaged({ location }: Store, what: string): RouteError {
  return new RouteError('CAIRN_ROUTE_DAMAGED', `${location} is no archive of a route: ${what}`, {
    fix: 'an archive that cairn routes pack has made, whole',
  });
}
