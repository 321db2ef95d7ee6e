/** From the names of a PyTorch file to those of a network: wrappers taken off, a map applied, everything accounted for. */
import { type HostTensor, type HostTensors, RouteError } from '@cairn/core';
import type { ArrayPlan } from '@cairn/nn';
import { type NamedShape, proposeNames } from './import-proposal.ts';

/**
 * Names, or beginnings of names that end with a dot, to what they become; `undefined` leaves arrays out. The longest
 * that fits is taken.
 */
export type NameMap = Readonly<Record<string, string | undefined>>;

/** What DataParallel and torch.compile put before every name. */
const WRAPPERS = /^(?:module\.|_orig_mod\.)+/;
const COUNTER = '.num_batches_tracked';
const LISTED = 12;

/** The name that an array has in the network; undefined where the map leaves it out. */
export function translateName(name: string, map: NameMap): string | undefined {
  const plain = name.replace(WRAPPERS, '');
  const key = Object.keys(map)
    .filter((k) => plain === k || (k.endsWith('.') && plain.startsWith(k)))
    .sort((a, b) => b.length - a.length)[0];
  if (key === undefined) return plain;
  const target = map[key];
  return target === undefined ? undefined : target + plain.slice(key.length);
}

/**
 * The arrays of a file as a network wants them, in its names; counters of batches that are missing are 0.
 * @param arrays what the network wants
 * @throws CAIRN_WEIGHTS_NAMES with the map that would fit, CAIRN_WEIGHTS_MISMATCH for other shapes
 */
export function fitWeights(
  tensors: HostTensors,
  arrays: readonly ArrayPlan[],
  map: NameMap,
  file: string,
): HostTensors {
  const renamed = rename(tensors, map, file);
  const known = new Map(arrays.map((a) => [a.name, a]));
  const unknown = [...renamed].filter(([name]) => !known.has(name));
  const missing = arrays.filter(({ name }) => !renamed.has(name) && !name.endsWith(COUNTER));
  if (unknown.length > 0 || missing.length > 0) {
    const theirs = unknown.map(([name, { shape }]) => ({ name, shape }));
    throw namesError(file, theirs, missing);
  }
  return Object.fromEntries(
    arrays.map((array) => [array.name, fitted(array, renamed.get(array.name), file)]),
  );
}

function rename(tensors: HostTensors, map: NameMap, file: string): Map<string, HostTensor> {
  const renamed = new Map<string, HostTensor>();
  for (const [name, tensor] of Object.entries(tensors)) {
    const target = translateName(name, map);
    if (target === undefined) continue;
    if (renamed.has(target)) {
      throw new RouteError(
        'CAIRN_WEIGHTS_NAMES',
        `${file}: two arrays become "${target}", one is "${name}"`,
        {
          fix: 'a map that gives each array a name of its own, or null for one that is not wanted',
        },
      );
    }
    renamed.set(target, tensor);
  }
  return renamed;
}

function fitted(array: ArrayPlan, tensor: HostTensor | undefined, file: string): HostTensor {
  const { name, shape, dtype } = array;
  if (tensor === undefined) return { dtype: 'int32', shape, data: new Int32Array(1) };
  // A counter saved as a vector of one, or as a float: the same number.
  const counter = name.endsWith(COUNTER) && tensor.data.length === 1;
  if (counter) return { dtype: 'int32', shape, data: Int32Array.from(tensor.data) };
  if (tensor.shape.join() === shape.join() && tensor.dtype === dtype) return tensor;
  const got = `${tensor.dtype} [${tensor.shape.join(', ')}]`;
  throw new RouteError('CAIRN_WEIGHTS_MISMATCH', `${file}: "${name}" is ${got}`, {
    fix: `the model has ${dtype} [${shape.join(', ')}]: another width, depth or number of classes`,
  });
}

function namesError(file: string, unknown: readonly NamedShape[], ours: readonly NamedShape[]): RouteError {
  // Counters follow their batch norms; alone they are a fault of their own.
  const others = unknown.filter(({ name }) => !name.endsWith(COUNTER));
  const theirs = others.length > 0 ? others : unknown;
  const message = [
    `${file}: ${theirs.length} names unknown to the model, ${ours.length} of its own missing`,
    ...(theirs.length === 0 ? [] : [`unknown: ${listed(theirs)}`]),
    ...(ours.length === 0 ? [] : [`missing: ${listed(ours)}`]),
  ].join('\n');
  return new RouteError('CAIRN_WEIGHTS_NAMES', message, { fix: mapFix(theirs, ours) });
}

function listed(arrays: readonly NamedShape[]): string {
  const shown = arrays.slice(0, LISTED).map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
  return [...shown, ...(arrays.length > LISTED ? [`… and ${arrays.length - LISTED} more`] : [])].join(', ');
}

function mapFix(theirs: readonly NamedShape[], ours: readonly NamedShape[]): readonly string[] {
  const { map, whole } = proposeNames(theirs, ours);
  if (Object.keys(map).length === 0) {
    return ['no map fits: another depth, width or number of classes?'];
  }
  const says = whole
    ? 'this map fits by shape and likeness; look through it, save it and give it as --names=names.json'
    : 'this map fits in part; complete it (null leaves an array out) and give it as --names=names.json';
  return [says, ...JSON.stringify(map, undefined, 2).split('\n')];
}
