/** `--teacher-route`: routes that are here stand in for the study's teachers; none is trained. */
import {
  canonicalJson,
  DataError,
  suggestion,
  UsageError,
  type Overrides,
  type Registry,
  type Splits,
  type Study,
} from '@cairn/core';
import type { GivenRoute } from '@cairn/engine';
import { openRoute, readManifest, type StoredManifest } from '@cairn/route';
import type { NodeStore } from '../files/index.ts';
import { importedFacts, modelOf } from '../routes/imported.ts';
import { modelName } from './show-plan.ts';

/** Several routes stand for teacher seeds 0, 1, … */
export interface Teachers {
  readonly study: Study;
  readonly given: readonly GivenRoute[];
  /** Holds the data against that of the routes. @throws CAIRN_DATA_CHANGED */
  readonly check: (splits: Splits) => void;
  readonly notes: readonly string[];
}

/**
 * The study with the routes' model as its teacher.
 * @param ids ids of routes, or their beginnings
 * @throws CAIRN_ROUTE_UNKNOWN, CAIRN_ROUTE_INCOMPLETE, CAIRN_TEACHER_GIVEN for options that the routes decide
 */
export async function withGivenRoutes(
  routes: NodeStore,
  study: Study,
  ids: readonly string[],
  { overrides, registry }: { readonly overrides: Overrides; readonly registry: Registry },
): Promise<Teachers> {
  const option = Object.keys(overrides).find((path) =>
    /^teacher\.|^teacher-seeds$|^teacherSeeds$/.test(path),
  );
  if (option !== undefined) {
    throw refused(`--${option}: the teacher is given by --teacher-route`, 'leave one of the two out');
  }
  const manifests: StoredManifest[] = [];
  const given: GivenRoute[] = [];
  for (const wanted of ids) {
    const stored = await find(routes, wanted);
    manifests.push(stored);
    given.push(await opened(routes, stored));
  }
  const [first] = manifests;
  const model = first && modelOf(first);
  if (model === undefined)
    throw refused('--teacher-route: the route does not say its model', 'import it anew');
  const other = manifests.find((m) => canonicalJson(modelOf(m)) !== canonicalJson(model));
  if (other !== undefined) {
    throw refused(
      `--teacher-route: ${first?.id} and ${other.id} are of different models`,
      'routes of one model',
    );
  }
  registry.resolve(model, 'teacher.model');
  return {
    study: { ...study, teacher: { ...study.teacher, model }, teacherSeeds: manifests.map((_, i) => i) },
    given,
    check: (splits) => manifests.forEach((m) => checkData(m, splits)),
    notes: manifests.flatMap((m) => noteOf(m, study)),
  };
}

async function find(routes: NodeStore, wanted: string): Promise<StoredManifest> {
  const ids = await routes.list('');
  const [id, second] = ids.filter((each) => each.startsWith(wanted));
  const manifest = id === undefined || second !== undefined ? undefined : await readManifest(routes, id);
  if (manifest !== undefined) return manifest;
  const problem = second === undefined ? `no route "${wanted}"` : `"${wanted}" begins several routes`;
  throw new UsageError('CAIRN_ROUTE_UNKNOWN', `--teacher-route: ${problem}`, {
    fix: suggestion(wanted, ids),
  });
}

/** With all anchors of the first recorder that went to the end. */
async function opened(routes: NodeStore, { id, recorders }: StoredManifest): Promise<GivenRoute> {
  const recorder = recorders.find((r) => r.complete)?.recorder;
  const route = recorder === undefined ? undefined : await openRoute(routes, id, recorder);
  if (recorder !== undefined && route?.manifest !== undefined) return { manifest: route.manifest, recorder };
  throw refused(`--teacher-route: route ${id} is not finished`, 'the study that records it goes on with it');
}

/** What the teacher was trained on must be what the student sees: classes, size and normalisation, or every byte. */
function checkData(manifest: StoredManifest, { spec, digest }: Splits): void {
  const imported = importedFacts(manifest);
  const [was, is] =
    imported === undefined
      ? [manifest.dataset, digest]
      : [
          canonicalJson(imported.data),
          canonicalJson({ id: spec.id, classes: spec.classes, input: spec.input }),
        ];
  if (was === is) return;
  throw new DataError(
    'CAIRN_DATA_CHANGED',
    `route ${manifest.id} was trained on ${was}, this study has ${is}`,
    {
      fix: 'a route of the same data, or a study of the data of the route',
    },
  );
}

function noteOf(manifest: StoredManifest, { validation }: Study): string[] {
  const { id, anchors, config } = manifest;
  const model = modelOf({ config });
  const kept = `${model === undefined ? '' : modelName(model)}, ${anchors.length} anchors`;
  const imported = importedFacts(manifest) !== undefined;
  const given = `teacher: ${imported ? 'imported ' : ''}route ${id}, ${kept}; none is trained`;
  if (!imported || validation.fraction === 0) return [given];
  return [
    given,
    'it may have been trained on the samples that are held out here: their hardness is then too low',
  ];
}

function refused(message: string, fix: string): UsageError {
  return new UsageError('CAIRN_TEACHER_GIVEN', message, { fix });
}
