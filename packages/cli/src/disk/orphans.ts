/** What nothing refers to any more: routes, runs and pages; and caches, which can always be made anew. */
import { listRoutes } from '@cairn/route';
import { lockOwner } from '../files/index.ts';
import { importedFacts } from '../routes/imported.ts';
import type { Places } from '../study/places.ts';
import { storedFolders, type StoredFolder } from './references.ts';
import { diskUse } from './usage.ts';

export type OrphanKind = 'route' | 'run' | 'page' | 'cache';

export interface Orphan {
  readonly kind: OrphanKind;
  /** A route's id, `quickstart/default/kd-t0-s7`, `cache/report`. */
  readonly name: string;
  readonly folder: string;
  readonly bytes: number;
  /** Why nothing needs it. */
  readonly why: string;
  /** The study that it belongs to, `quickstart/default`. */
  readonly study?: string;
}

export interface DiskView {
  readonly orphans: readonly Orphan[];
  /** What was not looked at, and why. */
  readonly notes: readonly string[];
  /** Whether some study is at work. */
  readonly busy: boolean;
}

/** @param own a study whose lock is this command's */
export async function findOrphans(places: Places, own?: string): Promise<DiskView> {
  const folders = await storedFolders(places, own);
  const busy = folders.filter((folder) => folder.busy).map(({ name }) => name);
  const orphans = [
    ...(await orphanRoutes(places, folders)),
    ...(await orphanRuns(folders)),
    ...(await orphanPages(places, folders)),
    ...(await caches(places)),
  ];
  const notes = [
    ...busy.map((name) => `${name} is at work: its runs are not looked at`),
    ...folders.flatMap(({ name, planned, runs }) =>
      planned === undefined && runs.length > 0 ? [`${name} has no plan that can be read: its runs stay`] : [],
    ),
  ];
  return { orphans, notes, busy: busy.length > 0 };
}

/** Routes that no stored run and no last plan refers to. What was brought from elsewhere stays: it cannot be trained again. */
async function orphanRoutes({ routes }: Places, folders: readonly StoredFolder[]): Promise<Orphan[]> {
  const wanted = new Set(folders.flatMap((folder) => [...folder.routes]));
  const found: Orphan[] = [];
  for (const route of await listRoutes(routes)) {
    const folder = `${routes.location}/${route.id}`;
    if (wanted.has(route.id) || (await lockOwner(`${folder}/owner.lock`)) !== undefined) continue;
    if ('problem' in route || importedFacts(route) !== undefined) continue;
    const { bytes } = await diskUse(folder);
    found.push({
      kind: 'route',
      name: route.id,
      folder,
      bytes,
      why: 'no stored run and no last plan refers to it',
    });
  }
  return found;
}

async function orphanRuns(folders: readonly StoredFolder[]): Promise<Orphan[]> {
  const found: Orphan[] = [];
  for (const { name: study, store, busy, runs, superseded, planned } of folders) {
    if (busy) continue;
    const unplanned = planned === undefined ? [] : runs.filter((run) => !planned.has(run));
    const all = [
      ...unplanned.map((run) => ({ run, why: 'the last plan of its study does not have it' })),
      ...superseded.map((run) => ({ run, why: 'it was put aside when its configuration changed' })),
    ];
    for (const { run, why } of all) {
      const folder = `${store.location}/${run}`;
      const { bytes } = await diskUse(folder);
      found.push({ kind: 'run', name: `${study}/${run}`, folder, bytes, why, study });
    }
  }
  return found;
}

/** Pages of studies that are gone. */
async function orphanPages({ reports }: Places, folders: readonly StoredFolder[]): Promise<Orphan[]> {
  const here = new Set(folders.map(({ name }) => name));
  const found: Orphan[] = [];
  for (const study of await reports.list('')) {
    for (const profile of await reports.list(study)) {
      const name = `${study}/${profile}`;
      if (here.has(name)) continue;
      const folder = `${reports.location}/${name}`;
      const { bytes } = await diskUse(folder);
      found.push({ kind: 'page', name: `reports/${name}`, folder, bytes, why: 'its study is gone' });
    }
  }
  return found;
}

async function caches({ teacherCache, reportCache }: Places): Promise<Orphan[]> {
  const found: Orphan[] = [];
  for (const [name, { location: folder }] of [
    ['cache/teacher', teacherCache],
    ['cache/report', reportCache],
  ] as const) {
    const { bytes } = await diskUse(folder);
    if (bytes > 0) found.push({ kind: 'cache', name, folder, bytes, why: 'made anew when it is asked for' });
  }
  return found;
}
