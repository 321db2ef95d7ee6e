import { optionPath, RouteError, suggestion, UsageError } from '@cairn/core';
import {
  exportRoute,
  listRoutes,
  readManifest,
  verifyRoute,
  type BrokenRoute,
  type RouteSummary,
  type StoredManifest,
} from '@cairn/route';
import { globalFlags } from '../args/flags.ts';
import { routesSpec } from '../args/specs.ts';
import type { Call, Command, Host } from '../command.ts';
import { findOrphans } from '../disk/orphans.ts';
import { diskUse } from '../disk/usage.ts';
import { NodeStore } from '../files/index.ts';
import { counted, percent } from '../format.ts';
import { print, printJson } from '../output.ts';
import { packArchive } from '../routes/archive.ts';
import { importPath, type Imported } from '../routes/import.ts';
import { importedFacts } from '../routes/imported.ts';
import { modelName } from '../study/show-plan.ts';
import { size } from '../terminal/format.ts';
import { placesIn } from '../study/places.ts';

type Listed = RouteSummary | BrokenRoute;

type RoutesCall = Call<typeof routesSpec.flags>;

/** `cairn routes [list | show <route> | export <route> <folder> | pack <route> <file> | import <path>]` */
export const routes: Command<typeof routesSpec.flags> = {
  spec: routesSpec,
  async execute(call, host) {
    const {
      arguments: [action = 'list', wanted, target],
      flags,
    } = call;
    requireImport(action, call);
    const store = placesIn(host.home).routes;
    const all = await listRoutes(store);
    const toScreen = flags.json === undefined || flags.json.file !== undefined;
    const answer = async (json: unknown, text: readonly string[]): Promise<0> => {
      if (flags.json !== undefined) await printJson(host, flags.json, json);
      if (toScreen) print(host.out, text);
      return 0;
    };
    if (action === 'list') {
      const disk = await diskOf(host, all);
      return answer(
        all.map((route) => ({ ...asJson(route), ...disk.get(route.id) })),
        listing(all, store.location, disk),
      );
    }
    if (action === 'import') {
      const imported = await importInto(host, wanted, call);
      const { manifest, isNew } = imported;
      return answer({ id: manifest.id, isNew, anchors: manifest.anchors }, importLines(imported));
    }
    const id = select(all, action, wanted);
    const manifest = await readManifest(store, id);
    if (manifest === undefined) throw new RouteError('CAIRN_ROUTE_MISSING', `no route ${id}`);
    if (action === 'show') return answer(manifest, await card(store, manifest));
    const path = targetPath(host, action, target);
    const what = `route ${id}: ${manifest.anchors.length} anchors in`;
    if (action === 'pack') {
      const bytes = await packArchive(store, id, path);
      return answer({ id, file: path, bytes }, [`${what} ${path}, ${(bytes / 1e6).toFixed(1)} MB`]);
    }
    await exportRoute(store, id, new NodeStore(path));
    return answer({ id, folder: path }, [`${what} ${path}/${id}`]);
  },
};

function targetPath(host: Host, action: string, path: string | undefined): string {
  if (path !== undefined) return host.typedPath(path);
  const what = action === 'pack' ? 'file' : 'folder';
  throw new UsageError('CAIRN_ARGUMENT_MISSING', `cairn routes ${action}: no ${what}`, {
    fix: `cairn routes ${action} <route> <${what}>`,
  });
}

/** What only an import takes is refused elsewhere, so that nothing is ignored. */
function requireImport(action: string, { flags: { json: _, ...others }, overrides }: RoutesCall): void {
  const flag = Object.entries(others).find(
    ([name, value]) => value !== undefined && !(name in globalFlags),
  )?.[0];
  const given = flag === undefined ? Object.keys(overrides)[0] : optionPath([flag]);
  if (action === 'import' || given === undefined) return;
  throw new UsageError('CAIRN_FLAG_UNKNOWN', `cairn routes ${action}: --${given} is for import alone`, {
    fix: `cairn routes import <path> --${given}=…`,
  });
}

function importInto(
  host: Host,
  path: string | undefined,
  { flags: { json: _, ...request }, overrides }: RoutesCall,
): Promise<Imported> {
  if (path !== undefined) return importPath(host, host.typedPath(path), { ...request, overrides });
  throw new UsageError('CAIRN_ARGUMENT_MISSING', 'cairn routes import: no path', {
    fix: 'cairn routes import <folder | archive> --study=<name>',
  });
}

function importLines({ manifest, isNew, notes }: Imported): string[] {
  const { id, anchors } = manifest;
  const epochs = anchors.map(({ epoch }) => Number(epoch.toFixed(2))).join(' ');
  const was = isNew ? '' : '   was here already';
  return [
    `route ${id}   ${teacherOf(manifest)}   ${counted(anchors.length, 'anchor')}${was}`,
    `epochs ${epochs}`,
    ...notes,
    '',
    `cairn analyse ${id.slice(0, 6)}                          its hardness map`,
    `cairn eval ${id.slice(0, 6)}@${anchors.at(-1)?.id}`,
    `cairn run <study> --teacher-route=${id.slice(0, 6)}      teaches along it`,
  ];
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

/** What a route takes, and whether nothing refers to it. */
interface RouteDisk {
  readonly bytes: number;
  readonly orphaned: boolean;
}

async function diskOf(host: Host, all: readonly Listed[]): Promise<ReadonlyMap<string, RouteDisk>> {
  const places = placesIn(host.home);
  const { orphans } = await findOrphans(places);
  const found = new Map<string, RouteDisk>();
  for (const { id } of all) {
    const { bytes } = await diskUse(`${places.routes.location}/${id}`);
    found.set(id, { bytes, orphaned: orphans.some(({ kind, name }) => kind === 'route' && name === id) });
  }
  return found;
}

function listing(all: readonly Listed[], location: string, disk: ReadonlyMap<string, RouteDisk>): string[] {
  if (all.length === 0) return [`no routes in ${location}: a study records them`];
  const lines = all.map((route) =>
    'problem' in route
      ? `${route.id}  damaged   ${route.problem.message}`
      : [
          route.id,
          teacherOf(route).padEnd(12),
          importedFacts(route) === undefined ? `seed ${route.seed}` : 'imported',
          `${String(route.anchors).padStart(4)} anchors`,
          `${route.totalSteps / route.stepsPerEpoch} epochs`,
          size(disk.get(route.id)?.bytes ?? 0).padStart(7),
          [
            route.complete ? '' : 'not finished',
            disk.get(route.id)?.orphaned === true ? 'nothing refers to it' : '',
          ]
            .filter((text) => text !== '')
            .join(', '),
        ]
          .join('  ')
          .trimEnd(),
  );
  const orphaned = [...disk.values()].some((route) => route.orphaned);
  return orphaned ? [...lines, 'remove what nothing refers to: cairn gc routes --remove'] : lines;
}

function teacherOf({ config }: Pick<StoredManifest, 'config'>): string {
  const model = config['model'] as
    { readonly id: string; readonly options: Record<string, unknown> } | undefined;
  return model === undefined ? '' : modelName(model);
}

async function card(store: NodeStore, manifest: StoredManifest): Promise<string[]> {
  const problems = await verifyRoute(store, manifest.id);
  const imported = importedFacts(manifest);
  const files = await store.files(manifest.id);
  const origin = imported === undefined ? `seed ${manifest.seed}   ${manifest.numerics}` : 'imported';
  return [
    `route ${manifest.id}   ${teacherOf(manifest)}   ${origin}`,
    `data  ${imported?.data.id ?? manifest.dataset}`,
    `where ${store.location}/${manifest.id}`,
    `disk  ${size(files.reduce((sum, { bytes }) => sum + bytes, 0))} in ${counted(files.length, 'file')}`,
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
