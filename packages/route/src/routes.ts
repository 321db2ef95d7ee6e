import { type CairnError, type JsonObject, type PluginData, RouteError, type Store } from '@cairn/core';
import { loadAnchor } from './load-anchor.ts';
import { readManifest, type StoredManifest, writeManifest } from './manifest.ts';
import { writeSafetensors } from './safetensors.ts';

/** A route in a list. */
export interface RouteSummary {
  readonly id: string;
  readonly anchors: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly seed: number;
  readonly dataset: string;
  readonly numerics: string;
  readonly config: JsonObject;
  readonly recorders: readonly { readonly recorder: PluginData; readonly complete: boolean }[];
  /** Whether a study could use it: one recorder at least went to the end. */
  readonly complete: boolean;
}

/** A folder among the routes that is none, and why. */
export interface BrokenRoute {
  readonly id: string;
  readonly problem: CairnError;
}

/**
 * All routes of a store, by id. A damaged one stands in the list with its error.
 * @param store the folder of all routes
 */
export async function listRoutes(store: Store): Promise<readonly (RouteSummary | BrokenRoute)[]> {
  const found: (RouteSummary | BrokenRoute)[] = [];
  for (const id of await store.list('')) {
    try {
      const manifest = await readManifest(store, id);
      if (manifest !== undefined) found.push(summaryOf(manifest));
    } catch (error) {
      if (!(error instanceof RouteError)) throw error;
      found.push({ id, problem: error });
    }
  }
  return found;
}

function summaryOf(manifest: StoredManifest): RouteSummary {
  const { id, anchors, stepsPerEpoch, totalSteps, seed, dataset, numerics, config, recorders } = manifest;
  const complete = recorders.some((r) => r.complete);
  return {
    id,
    anchors: anchors.length,
    stepsPerEpoch,
    totalSteps,
    seed,
    dataset,
    numerics,
    config,
    recorders,
    complete,
  };
}

/** What is wrong with each anchor of a route, all recorders together; empty where nothing is. */
export async function verifyRoute(store: Store, id: string): Promise<readonly RouteError[]> {
  const manifest = await requireManifest(store, id);
  const errors: RouteError[] = [];
  for (const anchor of manifest.anchors) {
    try {
      await loadAnchor(store, manifest, anchor.id);
    } catch (error) {
      if (!(error instanceof RouteError)) throw error;
      errors.push(error);
    }
  }
  return errors;
}

/**
 * Copies a route to another store of routes, every anchor verified on the way; the manifest comes last. It serves
 * for import as well.
 * @throws CAIRN_ROUTE_MISSING, CAIRN_ROUTE_EXISTS, and what `loadAnchor` throws
 */
export async function exportRoute(store: Store, id: string, target: Store): Promise<void> {
  const manifest = await requireManifest(store, id);
  if ((await readManifest(target, id)) !== undefined) {
    throw new RouteError('CAIRN_ROUTE_EXISTS', `route ${id}: ${target.location}/${id} holds one already`, {
      fix: 'delete it, or choose another folder',
    });
  }
  for (const anchor of manifest.anchors) {
    const weights = await loadAnchor(store, manifest, anchor.id);
    await target.write(
      `${id}/${anchor.file}`,
      writeSafetensors(weights, { format: 'pt', sha256: anchor.sha256 }),
    );
  }
  await writeManifest(target, manifest);
}

/** @throws CAIRN_ROUTE_MISSING, CAIRN_ROUTE_DAMAGED */
async function requireManifest(store: Store, id: string): Promise<StoredManifest> {
  const manifest = await readManifest(store, id);
  if (manifest !== undefined) return manifest;
  const known = (await store.list('')).join(', ');
  throw new RouteError('CAIRN_ROUTE_MISSING', `route ${id}: none in ${store.location}`, {
    fix: known === '' ? 'none is there' : `known: ${known}`,
  });
}
