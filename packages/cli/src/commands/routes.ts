import { RouteError, suggestion, UsageError } from '@cairn/core';
import {
  exportRoute,
  listRoutes,
  readManifest,
  verifyRoute,
  type BrokenRoute,
  type RouteSummary,
  type StoredManifest,
} from '@cairn/route';
import { routesSpec } from '../args/specs.ts';
import type { Command, Host } from '../command.ts';
import { NodeStore } from '../files/index.ts';
import { percent } from '../format.ts';
import { print, printJson } from '../output.ts';
import { modelName } from '../study/show-plan.ts';
import { placesIn } from '../study/places.ts';

type Listed = RouteSummary | BrokenRoute;

/** `cairn routes [list | show <route> | export <route> <folder>]` */
export const routes: Command<typeof routesSpec.flags> = {
  spec: routesSpec,
  async execute({ arguments: [action = 'list', wanted, folder], flags }, host) {
    const store = placesIn(host.home).routes;
    const all = await listRoutes(store);
    const toScreen = flags.json === undefined || flags.json.file !== undefined;
    const answer = async (json: unknown, text: readonly string[]): Promise<0> => {
      if (flags.json !== undefined) await printJson(host, flags.json, json);
      if (toScreen) print(host.out, text);
      return 0;
    };
    if (action === 'list') return answer(all.map(asJson), listing(all, store.location));
    const id = select(all, action, wanted);
    const manifest = await readManifest(store, id);
    if (manifest === undefined) throw new RouteError('CAIRN_ROUTE_MISSING', `no route ${id}`);
    if (action === 'show') return answer(manifest, await card(store, manifest));
    const target = targetFolder(host, folder);
    await exportRoute(store, id, new NodeStore(target));
    return answer({ id, folder: target }, [
      `route ${id}: ${manifest.anchors.length} anchors in ${target}/${id}`,
    ]);
  },
};

function targetFolder(host: Host, folder: string | undefined): string {
  if (folder !== undefined) return host.typedPath(folder);
  throw new UsageError('CAIRN_ARGUMENT_MISSING', 'cairn routes export: no folder', {
    fix: 'cairn routes export <route> <folder>',
  });
}

/** A route by its id or the beginning of it. */
function select(all: readonly Listed[], action: string, wanted: string | undefined): string {
  const ids = all.map((r) => r.id);
  if (wanted === undefined) {
    throw new UsageError('CAIRN_ARGUMENT_MISSING', `cairn routes ${action}: no route`, {
      fix: suggestion('', ids),
    });
  }
  const [first, second] = ids.filter((id) => id.startsWith(wanted));
  if (first !== undefined && second === undefined) return first;
  const problem = first === undefined ? `no route "${wanted}"` : `"${wanted}" begins several routes`;
  throw new UsageError('CAIRN_ROUTE_UNKNOWN', `cairn routes ${action}: ${problem}`, {
    fix: suggestion(wanted, ids),
  });
}

function asJson(route: Listed): object {
  return 'problem' in route
    ? { id: route.id, damaged: { code: route.problem.code, message: route.problem.message } }
    : route;
}

function listing(all: readonly Listed[], location: string): string[] {
  if (all.length === 0) return [`no routes in ${location}: a study records them`];
  return all.map((route) =>
    'problem' in route
      ? `${route.id}  damaged   ${route.problem.message}`
      : [
          route.id,
          teacherOf(route).padEnd(12),
          `seed ${route.seed}`,
          `${String(route.anchors).padStart(4)} anchors`,
          `${route.totalSteps / route.stepsPerEpoch} epochs`,
          route.complete ? '' : 'not finished',
        ]
          .join('  ')
          .trimEnd(),
  );
}

function teacherOf({ config }: Pick<StoredManifest, 'config'>): string {
  const model = config['model'] as
    { readonly id: string; readonly options: Record<string, unknown> } | undefined;
  return model === undefined ? '' : modelName(model);
}

async function card(store: NodeStore, manifest: StoredManifest): Promise<string[]> {
  const problems = await verifyRoute(store, manifest.id);
  return [
    `route ${manifest.id}   ${teacherOf(manifest)}   seed ${manifest.seed}   ${manifest.numerics}`,
    `data  ${manifest.dataset}`,
    `where ${store.location}/${manifest.id}`,
    '',
    '      step   epoch          lr    val top-1   weights',
    ...manifest.anchors.map(
      ({ id, epoch, learningRate, metrics, sha256 }) =>
        `${String(id).padStart(10)} ${epoch.toFixed(2).padStart(7)} ${learningRate.toPrecision(3).padStart(11)} ${percent(metrics['val/top1']).padStart(12)}   ${sha256.slice(0, 16)}`,
    ),
    '',
    ...(problems.length === 0 ? ['every hash is right'] : problems.map((p) => `${p.code}  ${p.message}`)),
  ];
}
