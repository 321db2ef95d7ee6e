/** A study's folder as the synchroniser of `@cairn/tracking` reads it. */
import { CairnError, type Store } from '@cairn/core';
import { readManifest } from '@cairn/route';
import type { AnchorFile, PageSource, RunSource, StudySource } from '@cairn/tracking';
import { lockOwner, NodeStore } from '../files/index.ts';
import { JOURNAL } from '../study/header.ts';
import type { Places } from '../study/places.ts';
import { SUPERSEDED } from '../study/supersede.ts';
import { readWork, type WorkFile } from '../study/work-file.ts';

export interface StudyName {
  readonly study: string;
  readonly profile: string;
}

/** @param page what the parent run shows; asked again in every pass */
export function studySource(
  places: Places,
  { study, profile }: StudyName,
  page?: () => Promise<PageSource | undefined>,
): StudySource {
  const folder = places.study(study, profile);
  const name = `${study}/${profile}`;
  return {
    experiment: study,
    parent: runSource(name, folder),
    runs: async () => {
      const routes = await routesOf(folder);
      const anchor = anchorsOf(places, routes);
      const teachers = routes.map(({ id, routeId }) =>
        runSource(`${name}/${id}`, new NodeStore(`${places.routes.location}/${routeId}`)),
      );
      const students = (await runFolders(folder)).map((run) => ({
        ...runSource(`${name}/${run}`, new NodeStore(`${folder.location}/${run}`)),
        anchor,
      }));
      const old = (await runFolders(folder.at(SUPERSEDED))).map((run) => ({
        ...runSource(
          `${name}/${SUPERSEDED}/${run}`,
          new NodeStore(`${folder.location}/${SUPERSEDED}/${run}`),
        ),
        superseded: true,
      }));
      return [...teachers, ...students, ...old];
    },
    ...(page === undefined ? {} : { page }),
  };
}

function runSource(name: string, store: NodeStore): RunSource {
  const lock = `${store.location}/owner.lock`;
  return { name, store, active: async () => (await lockOwner(lock)) !== undefined };
}

/** Names of the folders with a journal. */
export async function runFolders(folder: Store): Promise<readonly string[]> {
  const runs: string[] = [];
  for (const name of await folder.list('')) {
    if (/\.(jsonl?|lock)$/.test(name)) continue;
    if ((await folder.list(name)).includes(JOURNAL)) runs.push(name);
  }
  return runs;
}

/** The teachers of the plan; none where it cannot be read. */
async function routesOf(folder: NodeStore): Promise<WorkFile['plan']['routes']> {
  try {
    return (await readWork(folder)).plan.routes;
  } catch (error) {
    if (error instanceof CairnError) return []; // the runs are there all the same
    throw error;
  }
}

/** An anchor of any of the routes, by step and digest. Manifests grow while a teacher trains: read when asked. */
function anchorsOf(places: Places, routes: WorkFile['plan']['routes']): NonNullable<RunSource['anchor']> {
  return async ({ step, sha256 }) => {
    for (const { routeId } of routes) {
      const found = (await readManifest(places.routes, routeId))?.anchors.find(
        (anchor) => anchor.id === step && anchor.sha256 === sha256,
      );
      if (found === undefined) continue;
      const { epoch, file } = found;
      return {
        epoch,
        file,
        store: new NodeStore(`${places.routes.location}/${routeId}`),
      } satisfies AnchorFile;
    }
    return undefined;
  };
}
