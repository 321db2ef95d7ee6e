/** A route's manifest as it is stored: everything that is known of the teacher's way, one file per route. */
import {
  type Anchor,
  type AnchorId,
  canonicalJson,
  type JsonObject,
  type PluginData,
  pluginRef,
  RouteError,
  sha256,
  type Store,
} from '@cairn/core';
import { z } from 'zod';

export const MANIFEST = 'manifest.json';

const whole = z.number().int().nonnegative();
const json = z.custom<JsonObject>((value) => typeof value === 'object' && value !== null, 'an object');

const anchorSchema = z.strictObject({
  id: whole,
  epoch: z.number().nonnegative(),
  learningRate: z.number().nonnegative(),
  metrics: z.record(z.string(), z.number()),
  file: z.string().regex(/^[\w-]+(\.[\w-]+)*\.safetensors$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Which of the recorders kept it, as places in `recorders`. */
  recorders: z.array(whole),
});

const manifestSchema = z.strictObject({
  schema: z.literal(1),
  id: z.string().regex(/^[0-9a-f]{8,64}$/),
  stepsPerEpoch: whole.positive(),
  totalSteps: whole,
  /** The teacher's model, data, schedule and seed. */
  config: json,
  /** Digest of the data set. */
  dataset: z.string(),
  seed: whole,
  /** Version of the code that recorded first; for people, not part of the id. */
  code: z.string(),
  numerics: z.string(),
  /** Command, commit, libraries of the training; for people, not part of the id. */
  provenance: json.exactOptional(),
  recorders: z.array(z.strictObject({ recorder: pluginRef('route-recorder'), complete: z.boolean() })),
  /** By step. */
  anchors: z.array(anchorSchema),
});

/** As it lies on the disk: with the SHA-256 of all else in it, as canonical JSON. */
const sealedSchema = manifestSchema.extend({ digest: z.string().regex(/^[0-9a-f]{64}$/) });

/** An anchor with the recorders that kept it. */
export type StoredAnchor = Readonly<z.output<typeof anchorSchema>> & Anchor;
/** The file `manifest.json` of a route. */
export type StoredManifest = z.output<typeof manifestSchema>;

/** What a route is before anything is recorded: all that its id is the hash of, and the code's version. */
export type RouteDescription = Pick<
  StoredManifest,
  'id' | 'stepsPerEpoch' | 'totalSteps' | 'config' | 'dataset' | 'seed' | 'code' | 'numerics' | 'provenance'
>;

/** `step-00003910.safetensors` */
export function anchorFile(id: AnchorId): string {
  return `step-${String(id).padStart(8, '0')}.safetensors`;
}

/** The place of a recorder in a manifest, −1 where the route was never recorded with it. */
export function recorderPlace(manifest: StoredManifest, recorder: PluginData): number {
  const wanted = canonicalJson(recorder);
  return manifest.recorders.findIndex((r) => canonicalJson(r.recorder) === wanted);
}

/**
 * Reads a route's manifest; undefined where there is none.
 * @param store the folder of all routes
 * @throws CAIRN_ROUTE_DAMAGED
 */
export async function readManifest(store: Store, id: string): Promise<StoredManifest | undefined> {
  const path = `${id}/${MANIFEST}`;
  const bytes = await store.read(path);
  if (bytes === undefined) return undefined;
  return parseManifest(bytes, id, `${store.location}/${path}`);
}

/** Replaces a route's manifest as a whole. */
export async function writeManifest(store: Store, manifest: StoredManifest): Promise<void> {
  await store.write(`${manifest.id}/${MANIFEST}`, await manifestBytes(manifest));
}

/** A manifest as a file, with its digest. Equal manifests give equal bytes. */
export async function manifestBytes(manifest: StoredManifest): Promise<Uint8Array> {
  const sealed = { ...manifest, digest: await sha256(canonicalJson(manifest)) };
  return new TextEncoder().encode(`${JSON.stringify(sealed, undefined, 2)}\n`);
}

async function parseManifest(bytes: Uint8Array, id: string, file: string): Promise<StoredManifest> {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw damaged(file, 'no JSON', cause);
  }
  const parsed = sealedSchema.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw damaged(file, `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`, parsed.error);
  }
  const { digest, ...manifest } = parsed.data;
  if (manifest.id !== id) throw damaged(file, `it is the manifest of ${manifest.id}`);
  checkAnchors(manifest, file);
  const found = await sha256(canonicalJson(manifest));
  if (found !== digest) throw damaged(file, `expected digest ${digest}, found ${found}`);
  return manifest;
}

function checkAnchors({ anchors, recorders, totalSteps }: StoredManifest, file: string): void {
  anchors.forEach((anchor, i) => {
    const before = anchors[i - 1];
    if (before !== undefined && before.id >= anchor.id) {
      throw damaged(file, `anchors.${i}: step ${anchor.id} after step ${before.id}`);
    }
    if (anchor.id > totalSteps) throw damaged(file, `anchors.${i}: step ${anchor.id} of ${totalSteps}`);
    const unknown = anchor.recorders.find((place) => place >= recorders.length);
    if (unknown !== undefined)
      throw damaged(file, `anchors.${i}: recorder ${unknown} of ${recorders.length}`);
  });
  if (recorders.some((r) => r.complete) && anchors.at(-1)?.id !== totalSteps) {
    throw damaged(file, `complete, but without its last anchor, step ${totalSteps}`);
  }
}

function damaged(file: string, what: string, cause?: unknown): RouteError {
  return new RouteError('CAIRN_ROUTE_DAMAGED', `route manifest ${file}: ${what}`, {
    fix: ["restore the file from a copy, or delete the route's folder: it is then recorded anew"],
    ...(cause === undefined ? {} : { cause }),
  });
}
