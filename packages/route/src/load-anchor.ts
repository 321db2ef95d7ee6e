import { type Anchor, type AnchorId, type HostTensors, RouteError, type Store } from '@cairn/core';
import { hashWeights } from '@cairn/nn';
import { missingAnchor } from './open-route.ts';
import { readSafetensors } from './safetensors.ts';

/** A route of either kind: a study's view or the stored one. */
export interface AnyRoute {
  readonly id: string;
  readonly anchors: readonly Anchor[];
}

/** @throws CAIRN_ANCHOR_UNKNOWN */
export function findAnchor(route: AnyRoute, id: AnchorId): Anchor {
  const anchor = route.anchors.find((a) => a.id === id);
  if (anchor !== undefined) return anchor;
  const steps = route.anchors.map((a) => a.id);
  const shown = steps.length > 12 ? [...steps.slice(0, 5), '…', ...steps.slice(-5)] : steps;
  throw new RouteError('CAIRN_ANCHOR_UNKNOWN', `anchor ${id}: route ${route.id} has none of this step`, {
    fix: `known: ${shown.join(', ')}`,
  });
}

/**
 * The weights of an anchor, proven to be those that were recorded.
 * @param store the folder of all routes
 * @throws CAIRN_ANCHOR_UNKNOWN, CAIRN_ANCHOR_MISSING, CAIRN_ANCHOR_ALTERED, CAIRN_WEIGHTS_DAMAGED
 */
export async function loadAnchor(store: Store, route: AnyRoute, id: AnchorId): Promise<HostTensors> {
  const anchor = findAnchor(route, id);
  const path = `${route.id}/${anchor.file}`;
  const bytes = await store.read(path);
  if (bytes === undefined) throw missingAnchor(store, route, anchor);
  const file = `${store.location}/${path}`;
  const { tensors } = readSafetensors(bytes, file);
  const found = await hashWeights(tensors);
  if (found === anchor.sha256) return tensors;
  const message = `anchor ${id}: ${file} is not what was recorded: expected ${anchor.sha256}, found ${found}`;
  throw new RouteError('CAIRN_ANCHOR_ALTERED', message, {
    fix: `restore it from a copy, or delete ${store.location}/${route.id}: the route is then recorded anew`,
  });
}
