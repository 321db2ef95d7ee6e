/** Who refers to what below `.cairn`, and which studies are at work. */
import { RunError, type Store } from '@cairn/core';
import { lockOwner } from '../files/index.ts';
import type { Places } from '../study/places.ts';
import { readRunFile } from '../study/run-file.ts';
import { runNames } from '../study/run-names.ts';
import { SUPERSEDED } from '../study/supersede.ts';
import { keptPlan, readWork, WORK_FILE, type WorkFile } from '../study/work-file.ts';

/** A study in one profile, as it lies on the disk. */
export interface StoredFolder {
  /** `quickstart/default` */
  readonly name: string;
  readonly store: Store;
  /** Whether a command, or one of its workers, is at it. */
  readonly busy: boolean;
  /** Its runs, by their folders. */
  readonly runs: readonly string[];
  /** Folders of runs that were put aside. */
  readonly superseded: readonly string[];
  /** Runs of its last plan; undefined where there is none that can be read. */
  readonly planned: ReadonlySet<string> | undefined;
  /** Routes that the last plan, its runs and their plans refer to. */
  readonly routes: ReadonlySet<string>;
}

/** @param own a study whose lock is this command's */
export async function storedFolders(places: Places, own?: string): Promise<StoredFolder[]> {
  const names = await runNames(places.runs);
  const found: StoredFolder[] = [];
  for (const study of await places.runs.list('')) {
    for (const profile of await places.runs.list(study)) {
      const name = `${study}/${profile}`;
      const store = places.runs.at(name);
      const runs = names.flatMap((run) => (run.startsWith(`${name}/`) ? [run.slice(name.length + 1)] : []));
      const superseded = await store.list(SUPERSEDED);
      if (runs.length === 0 && superseded.length === 0 && (await store.read(WORK_FILE)) === undefined)
        continue;
      const aside = superseded.map((run) => `${SUPERSEDED}/${run}`);
      const folder = await storedFolder(name, store, runs, aside);
      found.push(name === own ? { ...folder, busy: false } : folder);
    }
  }
  return found;
}

async function storedFolder(
  name: string,
  store: Store,
  runs: readonly string[],
  superseded: readonly string[],
): Promise<StoredFolder> {
  const work = await workIn(store, WORK_FILE);
  const routes = new Set(routesOf(work));
  for (const run of [...runs, ...superseded]) {
    const file = await runFileIn(store.at(run));
    if (file?.route !== undefined) routes.add(file.route.id);
    const plan = file?.provenance?.plan;
    if (plan !== undefined) for (const id of routesOf(await workIn(store, keptPlan(plan)))) routes.add(id);
  }
  const planned = work === undefined ? undefined : new Set(work.plan.runs.map(({ id }) => id));
  return { name, store, busy: await isBusy(store, runs), runs, superseded, planned, routes };
}

function routesOf(work: WorkFile | undefined): string[] {
  return work === undefined ? [] : work.plan.routes.map(({ routeId }) => routeId);
}

async function workIn(store: Store, path: string): Promise<WorkFile | undefined> {
  return orAbsent(() => readWork(store, path));
}

function runFileIn(store: Store): ReturnType<typeof readRunFile> {
  return orAbsent(() => readRunFile(store));
}

/** What cannot be read refers to nothing; its folder stays, since no plan says that it should go. */
async function orAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return undefined;
  }
}

/** A study's own lock, or that of a worker that outlived it. */
async function isBusy(store: Store, runs: readonly string[]): Promise<boolean> {
  for (const path of ['', ...runs.map((run) => `${run}/`)]) {
    if ((await lockOwner(`${store.location}/${path}owner.lock`)) !== undefined) return true;
  }
  return false;
}
