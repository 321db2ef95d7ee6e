import {
  type AnchorId,
  canonicalJson,
  type HostTensors,
  type Manifest,
  type PluginData,
  RouteError,
  type Store,
} from '@cairn/core';
import { hashWeights } from '@cairn/nn';
import {
  anchorFile,
  readManifest,
  recorderPlace,
  type RouteDescription,
  type StoredAnchor,
  type StoredManifest,
  writeManifest,
} from './manifest.ts';
import { viewOf } from './open-route.ts';
import { writeSafetensors } from './safetensors.ts';

/** What is known of a state besides its weights. */
export interface AnchorFacts {
  readonly id: AnchorId;
  /** Learning rate of the step that led here; 0 for the initial state. */
  readonly learningRate: number;
  readonly metrics?: Readonly<Record<string, number>>;
}

/**
 * Records a route while its teacher trains. An anchor's file is written before the manifest names it, so a
 * killed run leaves at most a file too many; a resumed run adds the same anchors again without harm.
 */
export class RouteWriter {
  readonly #store: Store;
  readonly #place: number;
  #manifest: StoredManifest;

  private constructor(store: Store, manifest: StoredManifest, place: number) {
    this.#store = store;
    this.#manifest = manifest;
    this.#place = place;
  }

  /**
   * Opens a route for recording with one recorder: new, half recorded, or recorded with others, whose anchors stay.
   * @param store the folder of all routes
   * @throws CAIRN_ROUTE_DIFFERS where the stored route of this id is of another teacher
   */
  static async open(
    store: Store,
    route: RouteDescription,
    recorder: PluginData<'route-recorder'>,
  ): Promise<RouteWriter> {
    const stored = await readManifest(store, route.id);
    if (stored !== undefined) requireSame(stored, route, `${store.location}/${route.id}`);
    const manifest: StoredManifest = stored ?? { schema: 1, ...route, recorders: [], anchors: [] };
    const place = recorderPlace(manifest, recorder);
    if (place >= 0) return new RouteWriter(store, manifest, place);
    const recorders = [...manifest.recorders, { recorder, complete: false }];
    const writer = new RouteWriter(store, manifest, manifest.recorders.length);
    await writer.#save({ ...manifest, recorders });
    return writer;
  }

  /**
   * Adds a state, or confirms it. Await each before the next.
   * @returns the anchor's hash
   * @throws CAIRN_ANCHOR_DIFFERS where the step is recorded with other weights
   */
  async add(facts: AnchorFacts, weights: HostTensors): Promise<string> {
    const { id, learningRate, metrics = {} } = facts;
    const { anchors, stepsPerEpoch, totalSteps } = this.#manifest;
    if (!Number.isInteger(id) || id < 0 || id > totalSteps) {
      throw new RangeError(`anchor of step ${id}; a whole number from 0 to ${totalSteps}`);
    }
    for (const [name, value] of Object.entries(metrics)) {
      if (!Number.isFinite(value))
        throw new RangeError(`${name} of anchor ${id}: got ${value}; a finite number`);
    }
    const sha256 = await hashWeights(weights);
    const before = anchors.find((a) => a.id === id);
    if (before !== undefined && before.sha256 !== sha256) throw this.#differs(before, sha256);
    const anchor: StoredAnchor = {
      id,
      epoch: id / stepsPerEpoch,
      learningRate,
      metrics: { ...before?.metrics, ...metrics },
      file: before?.file ?? anchorFile(id),
      sha256,
      recorders: [...new Set([...(before?.recorders ?? []), this.#place])].sort((a, b) => a - b),
    };
    await this.#writeWeights(anchor, weights);
    if (canonicalJson(anchor) === canonicalJson(before)) return sha256;
    const others = anchors.filter((a) => a.id !== id);
    await this.#save({ ...this.#manifest, anchors: [...others, anchor].sort((a, b) => a.id - b.id) });
    return sha256;
  }

  /**
   * Declares the recording complete.
   * @throws CAIRN_ROUTE_INCOMPLETE where the converged state was not added
   */
  async finish(): Promise<Manifest> {
    const { anchors, recorders, totalSteps, id } = this.#manifest;
    if (!anchors.at(-1)?.recorders.includes(this.#place) || anchors.at(-1)?.id !== totalSteps) {
      const last = anchors.findLast((a) => a.recorders.includes(this.#place))?.id;
      const message = `route ${id}: its last anchor is ${last === undefined ? 'none' : `step ${last}`}, the teacher ends at ${totalSteps}`;
      throw new RouteError('CAIRN_ROUTE_INCOMPLETE', message, {
        fix: 'the same command goes on with the training',
      });
    }
    const complete = recorders.map((r, i) => (i === this.#place ? { ...r, complete: true } : r));
    await this.#save({ ...this.#manifest, recorders: complete });
    return viewOf(this.#manifest, this.#place);
  }

  /** A file that is there already holds the same weights: it was written whole, and the hash is equal. */
  async #writeWeights(anchor: StoredAnchor, weights: HostTensors): Promise<void> {
    const { id } = this.#manifest;
    const recorded = this.#manifest.anchors.some((a) => a.id === anchor.id);
    if (recorded && (await this.#store.list(id)).includes(anchor.file)) return;
    const bytes = writeSafetensors(weights, { format: 'pt', sha256: anchor.sha256 });
    await this.#store.write(`${id}/${anchor.file}`, bytes);
  }

  async #save(manifest: StoredManifest): Promise<void> {
    await writeManifest(this.#store, manifest);
    this.#manifest = manifest;
  }

  #differs(anchor: StoredAnchor, found: string): RouteError {
    const folder = `${this.#store.location}/${this.#manifest.id}`;
    const message =
      `anchor ${anchor.id} of route ${this.#manifest.id}: the teacher now has weights ${found}, ` +
      `recorded are ${anchor.sha256}`;
    return new RouteError('CAIRN_ANCHOR_DIFFERS', message, {
      fix: [
        'the same teacher, data and numerics give the same weights: one of them has changed',
        `to record the route anew, delete ${folder}`,
      ],
    });
  }
}

function requireSame(stored: StoredManifest, route: RouteDescription, folder: string): void {
  const fields = ['stepsPerEpoch', 'totalSteps', 'config', 'dataset', 'seed', 'numerics'] as const;
  const other = fields.find((field) => canonicalJson(stored[field]) !== canonicalJson(route[field]));
  if (other === undefined) return;
  const message =
    `route ${route.id}: ${other} is ${canonicalJson(route[other])}, ` +
    `the one in ${folder} has ${canonicalJson(stored[other])}`;
  throw new RouteError('CAIRN_ROUTE_DIFFERS', message, {
    fix: `delete ${folder} to record the route anew`,
  });
}
