/** `cairn routes import <folder> --study=<name>`: checkpoints of another program become a route. */
import { readFile } from 'node:fs/promises';
import { isRecord, UsageError, type Overrides, type PluginData, type Study } from '@cairn/core';
import { resolveStudy } from '@cairn/engine';
import { importRoute, type FolderOptions, type ImportedRoute, type NameMap } from '@cairn/route';
import type { Host } from '../command.ts';
import { fileError, NodeStore, systemCode } from '../files/index.ts';
import { placesIn } from '../study/places.ts';
import { version } from '../version.ts';

export interface ImportRequest {
  readonly study?: string | undefined;
  readonly profile?: string | undefined;
  readonly overrides: Overrides;
  /** A JSON file. */
  readonly names?: string | undefined;
  readonly epochs?: readonly number[] | undefined;
  readonly stepsPerEpoch?: number | undefined;
  readonly seed?: number | undefined;
}

/** Whose weights they are: the model and data of a study's teacher. */
export interface Origin {
  readonly name: string;
  readonly study: Study;
  readonly model: PluginData<'model'>;
  readonly options: FolderOptions;
}

/** @param folder an existing folder of `.safetensors` files */
export async function importFolder(
  host: Host,
  folder: string,
  request: ImportRequest,
): Promise<ImportedRoute> {
  const registry = await host.registry();
  const { name, study, model, options } = await originOf(host, request, 'cairn routes import');
  const { spec } = registry.create(study.dataset);
  const { stepsPerEpoch, seed, profile } = request;
  return importRoute(new NodeStore(folder), placesIn(host.home).routes, {
    ...options,
    model,
    data: { id: spec.id, classes: spec.classes, input: spec.input },
    ...(stepsPerEpoch === undefined ? {} : { stepsPerEpoch }),
    ...(seed === undefined ? {} : { seed }),
    facts: { study: name, profile, dataset: { ...study.dataset } },
    code: version,
  });
}

/** @throws CAIRN_STUDY_UNKNOWN, and what is wrong with the study's options or the map */
export async function originOf(host: Host, request: ImportRequest, command: string): Promise<Origin> {
  const { study: name, overrides, epochs } = request;
  const { names: known } = host.studies;
  if (name === undefined || !known.includes(name)) {
    const got =
      name === undefined ? 'weights do not say their model and data' : `--study: no study "${name}"`;
    throw new UsageError('CAIRN_STUDY_UNKNOWN', `${command}: ${got}`, {
      fix: [
        `--study=<${known.join(' | ')}>: its teacher's model and its data are taken`,
        'another model by its options: --study=cifar100-rco --teacher.model.depth=20',
      ],
    });
  }
  const registry = await host.registry();
  const file = await host.studies.load(name);
  const { study } = resolveStudy(file, registry, request.profile ?? file.defaultProfile, overrides);
  const { model } = study.teacher;
  const graph = registry.create(model).graph(registry.create(study.dataset).spec);
  const map = request.names === undefined ? undefined : await readNames(host.typedPath(request.names));
  return {
    name,
    study,
    model,
    options: {
      graph,
      ...(map === undefined ? {} : { names: map }),
      ...(epochs === undefined ? {} : { only: epochs }),
    },
  };
}

/** `{ "stem.conv.": "conv1.", "aux.weight": null }` */
async function readNames(path: string): Promise<NameMap> {
  const fix =
    'a JSON object from names, or their beginnings with a dot, to ours: {"stem.": "conv1.", "aux.": null}';
  let data: unknown;
  try {
    data = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new UsageError('CAIRN_NAMES_INVALID', `--names: ${path} is no JSON`, { fix, cause: error });
    }
    if (systemCode(error) !== 'ENOENT') throw fileError('read', path, error);
    throw new UsageError('CAIRN_FILE_MISSING', `--names: no file ${path}`, { fix });
  }
  const entries = isRecord(data) ? Object.entries(data) : [];
  const wrong = entries.find(([, to]) => to !== null && typeof to !== 'string');
  if (!isRecord(data) || wrong !== undefined) {
    const got = wrong === undefined ? JSON.stringify(data) : `${wrong[0]}: ${JSON.stringify(wrong[1])}`;
    throw new UsageError('CAIRN_NAMES_INVALID', `--names: ${path}: got ${got}`, { fix });
  }
  return Object.fromEntries(entries.map(([from, to]) => [from, typeof to === 'string' ? to : undefined]));
}
