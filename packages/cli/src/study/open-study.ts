/** From a command line to a plan: the study with its profile and options, its data, its backend. */
import {
  CairnError,
  throwAll,
  type Backend,
  type BackendInfo,
  type Overrides,
  type Registry,
  type Splits,
  type Store,
  type Study,
} from '@cairn/core';
import { planStudy, resolveStudy, type Plan, type ResolvedStudy } from '@cairn/engine';
import type { Host } from '../command.ts';
import type { NodeStore } from '../files/index.ts';
import { duplicateLines, duplicatesOf, type Duplicates } from './duplicates.ts';
import { withGivenRoutes } from './given-routes.ts';
import { openSplits, startBackend, type FetchOptions } from './ground.ts';
import { checkNames, selectConditions } from './select.ts';
import { readPinned } from './pinned.ts';
import { placesIn, variationName, type Places } from './places.ts';
import { isUntuned } from './tuned.ts';

export interface StudyRequest {
  readonly name: string;
  readonly profile?: string | undefined;
  readonly overrides: Overrides;
  readonly seeds?: readonly number[] | undefined;
  readonly teacherSeeds?: readonly number[] | undefined;
  readonly only?: readonly string[] | undefined;
  readonly backend?: string | undefined;
  /** Of this process: a plan computes nothing, and its processes get theirs. @default 1 */
  readonly threads?: number | undefined;
  /** Ids of routes that stand in for the teachers. */
  readonly teacherRoute?: readonly string[] | undefined;
}

export interface OpenedStudy {
  readonly study: Study;
  /** The profile, or its variation by options of the command line. */
  readonly profile: string;
  readonly plan: Plan;
  readonly splits: Splits;
  readonly duplicates: Duplicates;
  readonly registry: Registry;
  readonly backend: BackendInfo;
  /** The backend itself, active. */
  readonly compute: Backend;
  readonly places: Places;
  readonly store: NodeStore;
  /** Things to tell before it starts. */
  readonly notes: readonly string[];
}

export const DEFAULT_BACKEND = 'wasm';

/** @throws whatever is wrong with the study, its data or the machine */
export async function openStudy(host: Host, request: StudyRequest, data: FetchOptions): Promise<OpenedStudy> {
  const registry = await host.registry();
  const file = await host.studies.load(request.name);
  const profileName = request.profile ?? file.defaultProfile;
  const { seeds, teacherSeeds } = request;
  const wanted: Overrides = {
    ...request.overrides,
    ...(seeds === undefined ? {} : { seeds: [...seeds] }),
    ...(teacherSeeds === undefined ? {} : { teacherSeeds: [...teacherSeeds] }),
  };
  const { resolved, study: declared } = together(
    () => resolveStudy(file, registry, profileName, wanted),
    (found) => selectConditions(found, request.only, registry),
    () => checkNames(request.only ?? [], Object.keys(file.study.conditions)),
  );
  const places = placesIn(host.home);
  const { teacherRoute } = request;
  const teachers =
    teacherRoute &&
    (await withGivenRoutes(places.routes, declared, teacherRoute, { overrides: wanted, registry }));
  const study = teachers?.study ?? declared;
  const profile = await variationName(profileName, {
    ...request.overrides,
    ...(teachers === undefined ? {} : { 'teacher-route': teachers.given.map((g) => g.manifest.id) }),
  });
  const store = places.study(study.id, profile);
  const pinned = await readPinned(store);
  const backendId = request.backend ?? pinned?.backend ?? DEFAULT_BACKEND;
  const numerics = pinned?.backend === backendId ? pinned.numerics : undefined;
  const { backend, info } = await startBackend(host, backendId, numerics, request.threads ?? 1);
  const splits = await openSplits(host, registry, study.dataset, data);
  teachers?.check(splits);
  const plan = await planStudy(study, {
    registry,
    spec: splits.spec,
    digest: splits.digest,
    trainLabels: splits.train.labels,
    numerics: info.numerics,
    alias: resolved.alias,
    ...(teachers === undefined ? {} : { given: teachers.given }),
  });
  const duplicates = await duplicatesOf(places.home, splits, data.fetch);
  const untuned = await untunedLines(places.home, backend, plan);
  const notes = [...duplicateLines(duplicates), ...(teachers?.notes ?? []), ...resolved.notes, ...untuned];
  const compute = backend;
  return { study, profile, plan, splits, duplicates, registry, backend: info, compute, places, store, notes };
}

/** Some minutes of one core: below them a measurement does not pay. */
const LONG = 20e12;

async function untunedLines(
  home: Store,
  backend: Backend,
  { routes, runs }: Plan,
): Promise<readonly string[]> {
  const work = [...routes, ...runs].reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  if (work < LONG || !(await isUntuned(home, backend))) return [];
  return ['kernels not tuned: "npx cairn doctor --tune" takes half a minute and changes no result'];
}

/** The study and its selection; where the study is wrong, what is wrong with the selection is told along with it. */
function together(
  resolve: () => ResolvedStudy,
  select: (resolved: ResolvedStudy) => Study,
  check: () => void,
): { readonly resolved: ResolvedStudy; readonly study: Study } {
  const errors: CairnError[] = [];
  const attempt = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof CairnError)) throw error;
      errors.push(error);
      return undefined;
    }
  };
  const resolved = attempt(resolve);
  if (resolved !== undefined) return { resolved, study: select(resolved) };
  attempt(check);
  throwAll(errors);
  throw new RangeError('unreachable: an error was collected');
}
