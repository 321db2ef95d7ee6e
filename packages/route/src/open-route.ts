import {
  type Anchor,
  canonicalJson,
  type Manifest,
  type PluginData,
  RouteError,
  type Store,
} from '@cairn/core';
import { readManifest, recorderPlace, type StoredAnchor, type StoredManifest } from './manifest.ts';

/** A route as a study sees it, or why it must be recorded first. */
export type OpenedRoute =
  { readonly manifest: Manifest } | { readonly manifest: undefined; readonly reason: string };

/**
 * Opens a route for a study: limited to the anchors that this recorder keeps and the converged one, so that a
 * study never sees what another one recorded.
 * @param store the folder of all routes
 * @throws CAIRN_ROUTE_DAMAGED, CAIRN_ANCHOR_MISSING
 */
export async function openRoute(store: Store, id: string, recorder: PluginData): Promise<OpenedRoute> {
  const stored = await readManifest(store, id);
  if (stored === undefined) return { manifest: undefined, reason: 'never recorded' };
  const place = recorderPlace(stored, recorder);
  if (stored.recorders[place] === undefined) {
    const others = stored.recorders.map((r) => inWords(r.recorder)).join(', ');
    return { manifest: undefined, reason: `recorded with ${others}, not with ${inWords(recorder)}` };
  }
  if (!stored.recorders[place].complete) {
    const last = stored.anchors.findLast((a) => a.recorders.includes(place));
    return { manifest: undefined, reason: `recorded up to step ${last?.id ?? 0} of ${stored.totalSteps}` };
  }
  const manifest = viewOf(stored, place);
  await requireFiles(store, manifest);
  return { manifest };
}

/** `every-epochs {"epochs":2}` */
function inWords({ id, options }: PluginData): string {
  return Object.keys(options).length === 0 ? id : `${id} ${canonicalJson(options)}`;
}

/** The route with the anchors of one recorder, or of all. */
export function viewOf(stored: StoredManifest, place?: number): Manifest {
  const kept = stored.anchors.filter(
    (a) => place === undefined || a.recorders.includes(place) || a.id === stored.totalSteps,
  );
  const [first, ...rest] = kept.map(plainAnchor);
  if (first === undefined) throw new RangeError(`route ${stored.id} has no anchors`);
  const { id, stepsPerEpoch, totalSteps, config } = stored;
  return { id, stepsPerEpoch, totalSteps, config, anchors: [first, ...rest] };
}

function plainAnchor({ recorders: _, ...anchor }: StoredAnchor): Anchor {
  return anchor;
}

async function requireFiles(store: Store, manifest: Manifest): Promise<void> {
  const files = new Set(await store.list(manifest.id));
  const missing = manifest.anchors.find((anchor) => !files.has(anchor.file));
  if (missing !== undefined) throw missingAnchor(store, manifest, missing);
}

export function missingAnchor(store: Store, manifest: Pick<Manifest, 'id'>, anchor: Anchor): RouteError {
  const folder = `${store.location}/${manifest.id}`;
  return new RouteError('CAIRN_ANCHOR_MISSING', `anchor ${anchor.id}: no file ${folder}/${anchor.file}`, {
    fix: `restore it from a copy, or delete ${folder}: the route is then recorded anew`,
  });
}
