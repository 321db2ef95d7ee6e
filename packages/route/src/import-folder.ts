/** A folder of checkpoints as another program left it: which states it holds, each checked and in a network's names. */
import {
  type CairnError,
  type HostTensors,
  type NetworkGraph,
  RouteError,
  sha256,
  type Store,
  throwAll,
} from '@cairn/core';
import { hashWeights, planArrays } from '@cairn/nn';
import { absentError, CHECKSUMS, digestError, parseChecksums } from './import-checksums.ts';
import { readForeign } from './import-file.ts';
import { fitWeights, type NameMap } from './import-names.ts';
import { isStudentFile, orderStates, type SavedState } from './import-steps.ts';

export interface FolderOptions {
  /** What the names and shapes must fit. */
  readonly graph: NetworkGraph;
  /** @default every name as it stands */
  readonly names?: NameMap;
  /** Take these epochs (or steps, as the files count) alone, and each of them. @default every file */
  readonly only?: readonly number[];
}

/** One state, not yet read. */
export interface Checkpoint extends SavedState {
  /** SHA-256 of the file. */
  readonly fileSha256: string;
  /** `hashWeights` of what it holds, in the network's names. */
  readonly sha256: string;
  /** From the file's metadata `lr`; undefined where it has none. */
  readonly learningRate: number | undefined;
  /** Types that became float32. */
  readonly converted: readonly string[];
  /** Reads the file again. */
  readonly weights: () => Promise<HostTensors>;
}

const SUFFIX = '.safetensors';

/**
 * Opens a folder: every file is read and checked once, and none is kept in memory.
 * @param files names to take. @default every `.safetensors` file but those of a student
 * @throws CAIRN_ROUTE_EMPTY, CAIRN_ROUTE_FILES, CAIRN_ROUTE_SWAPPED, CAIRN_ANCHOR_MISSING, CAIRN_ANCHOR_ALTERED,
 *   CAIRN_WEIGHTS_…; several together
 */
export async function openFolder(
  source: Store,
  options: FolderOptions,
  files?: readonly string[],
): Promise<readonly [Checkpoint, ...Checkpoint[]]> {
  const there = (await source.list('')).filter((name) => name.endsWith(SUFFIX));
  const teacher = files ?? there.filter((name) => !isStudentFile(name));
  const states = select(orderStates(teacher, source.location), options.only, source.location);
  const sums = await readChecksums(source);
  const errors: CairnError[] = [];
  for (const name of absentFiles(sums, there, options.only)) errors.push(absentError(name, source.location));
  const checkpoints = await examineAll(source, states, options, sums, errors);
  throwAll(errors);
  const [first, ...rest] = checkpoints;
  if (first === undefined) throw emptyFolder(source.location);
  return [first, ...rest];
}

/**
 * Files that are no states of the route, such as a student's: in the order given, each checked in the same way.
 * @throws CAIRN_ANCHOR_ALTERED, CAIRN_ROUTE_SWAPPED, CAIRN_WEIGHTS_…; several together
 */
export async function openFiles(
  source: Store,
  options: Pick<FolderOptions, 'graph' | 'names'>,
  files: readonly string[],
): Promise<readonly Checkpoint[]> {
  const errors: CairnError[] = [];
  const places = files.map((file, count) => ({ file, unit: 'step', count }) as const);
  const opened = await examineAll(source, places, options, await readChecksums(source), errors);
  throwAll(errors);
  return opened;
}

async function examineAll(
  source: Store,
  states: readonly SavedState[],
  options: FolderOptions,
  sums: ReadonlyMap<string, string> | undefined,
  errors: CairnError[],
): Promise<readonly Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  for (const state of states) {
    try {
      checkpoints.push(await examine(source, state, options, sums));
    } catch (error) {
      if (!(error instanceof RouteError)) throw error;
      errors.push(error);
      // One map mends all files.
      if (error.code === 'CAIRN_WEIGHTS_NAMES') break;
    }
  }
  errors.push(...repeated(checkpoints, source.location));
  return checkpoints;
}

function emptyFolder(folder: string): RouteError {
  return new RouteError('CAIRN_ROUTE_EMPTY', `${folder} holds no ${SUFFIX} files of a teacher`, {
    fix: 'a file per checkpoint, such as epoch_10.safetensors: docs/pytorch.md has the lines that save them',
  });
}

function select(
  states: readonly SavedState[],
  only: readonly number[] | undefined,
  folder: string,
): readonly SavedState[] {
  if (only === undefined) return states;
  const unit = states[0]?.unit ?? 'epoch';
  const missing = only.filter((count) => !states.some((s) => s.count === count));
  if (missing.length > 0) {
    const message = `${folder}: no file of ${unit} ${missing.join(', ')}`;
    throw new RouteError('CAIRN_ANCHOR_MISSING', message, {
      fix: `there are ${states.map((s) => s.count).join(', ') || 'none'}`,
    });
  }
  return states.filter((s) => only.includes(s.count));
}

async function readChecksums(source: Store): Promise<ReadonlyMap<string, string> | undefined> {
  const bytes = await source.read(CHECKSUMS);
  if (bytes === undefined) return undefined;
  return parseChecksums(new TextDecoder().decode(bytes), `${source.location}/${CHECKSUMS}`);
}

/** With `only`, `select` has seen to it that what is wanted is there. */
function absentFiles(
  sums: ReadonlyMap<string, string> | undefined,
  found: readonly string[],
  only: readonly number[] | undefined,
): readonly string[] {
  if (sums === undefined || only !== undefined) return [];
  return [...sums.keys()].filter((name) => name.endsWith(SUFFIX) && !found.includes(name));
}

async function examine(
  source: Store,
  state: SavedState,
  options: FolderOptions,
  sums: ReadonlyMap<string, string> | undefined,
): Promise<Checkpoint> {
  const { bytes, fileSha256 } = await readFile(source, state.file);
  const problem = sums && digestError(sums, state.file, fileSha256, source.location);
  if (problem !== undefined) throw problem;
  const { tensors, metadata, converted } = readForeign(bytes, `${source.location}/${state.file}`);
  const weights = fit(source, state, options, tensors);
  return {
    ...state,
    fileSha256,
    sha256: await hashWeights(weights),
    learningRate: rateOf(metadata),
    converted,
    weights: async () => {
      const again = await readFile(source, state.file);
      if (again.fileSha256 !== fileSha256) {
        const message = `${source.location}/${state.file} has changed while it was imported`;
        throw new RouteError('CAIRN_ANCHOR_ALTERED', message, { fix: 'import it when nothing writes to it' });
      }
      return fit(source, state, options, readForeign(again.bytes, state.file).tensors);
    },
  };
}

async function readFile(source: Store, file: string): Promise<{ bytes: Uint8Array; fileSha256: string }> {
  const bytes = await source.read(file);
  if (bytes !== undefined) return { bytes, fileSha256: await sha256(bytes) };
  throw new RouteError('CAIRN_ANCHOR_MISSING', `no file ${source.location}/${file}`);
}

function fit(
  source: Store,
  { file }: SavedState,
  { graph, names = {} }: FolderOptions,
  tensors: HostTensors,
) {
  return fitWeights(tensors, planArrays(graph), names, `${source.location}/${file}`);
}

function rateOf({ lr, learning_rate }: Readonly<Record<string, string>>): number | undefined {
  const rate = Number(lr ?? learning_rate ?? NaN);
  return Number.isFinite(rate) && rate >= 0 ? rate : undefined;
}

/** Training moves the weights, so equal ones were copied: one of the two is not what its name says. */
function repeated(checkpoints: readonly Checkpoint[], folder: string): CairnError[] {
  return checkpoints.flatMap((checkpoint, i) => {
    const twin = checkpoints.slice(0, i).find((c) => c.sha256 === checkpoint.sha256);
    if (twin === undefined) return [];
    const message = `${folder}/${checkpoint.file} holds the weights of ${twin.file}`;
    return [
      new RouteError('CAIRN_ROUTE_SWAPPED', message, {
        fix: `one of them was swapped or copied: restore it, or leave it out with --epochs`,
      }),
    ];
  });
}
