/**
 * A folder of logits: `epoch_10.npy` and its kin [samples, classes], `labels.npy`, and a student's stages
 * `student_0.npy`, …. Safetensors files hold `logits`, and `labels` if they like.
 */
import { DataError, type Store } from '@cairn/core';
import { isStudentFile, orderStates, readForeign } from '@cairn/route';
import { bareRoute, type LogitSet, type NamedLogits } from './logit-set.ts';
import { readNpy } from './npy.ts';

interface Matrix {
  readonly file: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

const LOGITS_FILE = /\.(npy|safetensors)$/;

/** `student_2` before `student_10`. */
export const inOrder = new Intl.Collator('en', { numeric: true }).compare;

/** Whether a folder holds logits rather than weights. */
export async function holdsLogits(folder: Store): Promise<boolean> {
  const names = await folder.list('');
  if (names.some((name) => name.endsWith('.npy'))) return true;
  const [first] = names.filter((name) => name.endsWith('.safetensors'));
  const bytes = first === undefined ? undefined : await folder.read(first);
  return bytes !== undefined && readForeign(bytes, first ?? '').tensors['logits'] !== undefined;
}

/**
 * @param only epochs (or steps, as the files count) to take
 * @throws CAIRN_DATA_LOGITS, CAIRN_DATA_LABELS, CAIRN_DATA_NPY, CAIRN_ROUTE_FILES, CAIRN_ROUTE_EMPTY
 */
export async function readLogitsFolder(folder: Store, only?: readonly number[]): Promise<LogitSet> {
  const { logits, labels } = await readAll(folder);
  const students = logits.filter(({ file }) => isStudentFile(file)).sort((a, b) => inOrder(a.file, b.file));
  const byFile = new Map(logits.filter(({ file }) => !isStudentFile(file)).map((m) => [m.file, m]));
  const states = orderStates([...byFile.keys()], folder.location);
  const wanted = states.filter(({ count }) => only === undefined || only.includes(count));
  const missing = only?.filter((count) => !states.some((s) => s.count === count)) ?? [];
  const [first, ...rest] = wanted.map(({ file, count }) => {
    const { name, logits: rows } = named(byFile.get(file));
    return { name, logits: rows, step: count, epoch: count };
  });
  if (first === undefined || missing.length > 0) throw noStates(folder.location, missing);
  const [samples = 0, classes = 0] = byFile.get(first.name)?.shape ?? [];
  checkShapes([...byFile.values(), ...students], [samples, classes], folder.location);
  const checked = checkLabels(labels, samples, classes, folder.location);
  const anchors = [first, ...rest] as const;
  return {
    source: folder.location,
    split: 'given',
    samples,
    classes,
    labels: checked,
    anchors,
    students: students.map(named),
    route: bareRoute(anchors),
    notes: [],
  };
}

function named(matrix: Matrix | undefined): NamedLogits {
  if (matrix === undefined) throw new TypeError('no such file');
  return { name: matrix.file, logits: Float32Array.from(matrix.data) };
}

async function readAll(folder: Store): Promise<{ logits: Matrix[]; labels: Matrix[] }> {
  const [logits, labels]: [Matrix[], Matrix[]] = [[], []];
  for (const file of (await folder.list('')).filter((name) => LOGITS_FILE.test(name))) {
    const bytes = (await folder.read(file)) ?? new Uint8Array();
    const path = `${folder.location}/${file}`;
    if (file.endsWith('.npy')) {
      (/labels/i.test(file) ? labels : logits).push({ file, ...readNpy(bytes, path) });
      continue;
    }
    const { tensors } = readForeign(bytes, path);
    if (tensors['labels'] !== undefined) labels.push({ file, ...tensors['labels'] });
    if (tensors['logits'] !== undefined) logits.push({ file, ...tensors['logits'] });
    else if (tensors['labels'] === undefined) {
      throw logitsError(
        `${path} holds neither "logits" nor "labels": ${Object.keys(tensors).slice(0, 3).join(', ')}`,
      );
    }
  }
  return { logits, labels };
}

function checkShapes(all: readonly Matrix[], expected: readonly number[], folder: string): void {
  const [first] = all;
  for (const { file, shape, data } of all) {
    const [samples, classes = 0] = shape;
    const is = `${folder}/${file} is [${shape.join(', ')}]`;
    if (shape.length !== 2 || samples === 0 || classes < 2)
      throw logitsError(`${is}; logits are [samples, classes]`);
    if (shape.join() !== expected.join())
      throw logitsError(`${is}, ${first?.file} is [${expected.join(', ')}]`);
    const broken = Array.prototype.findIndex.call(data, (value: number) => !Number.isFinite(value));
    if (broken < 0) continue;
    throw logitsError(`${folder}/${file}: sample ${Math.floor(broken / classes)} holds ${data[broken]}`);
  }
}

/** All label files must say the same: logits of other samples, or in another order, cannot be compared. */
function checkLabels(
  labels: readonly Matrix[],
  samples: number,
  classes: number,
  folder: string,
): Int32Array {
  const [first, ...others] = labels;
  if (first === undefined) {
    throw labelsError(
      `${folder}: no labels.npy`,
      'np.save("labels.npy", labels): the class of each row of the logits',
    );
  }
  for (const { file, data } of [first, ...others]) {
    if (data.length !== samples) {
      throw labelsError(`${folder}/${file}: ${data.length} labels for ${samples} rows of logits`);
    }
    const wrong = Array.prototype.findIndex.call(
      data,
      (v: number) => !Number.isInteger(v) || v < 0 || v >= classes,
    );
    if (wrong >= 0) {
      throw labelsError(
        `${folder}/${file}: row ${wrong} is of class ${data[wrong]}; the logits have ${classes} classes`,
      );
    }
  }
  for (const other of others) {
    const row = Array.prototype.findIndex.call(first.data, (v: number, i: number) => v !== other.data[i]);
    if (row < 0) continue;
    throw labelsError(
      `${folder}/${other.file}: row ${row} is of class ${other.data[row]}, in ${first.file} of class ${first.data[row]}`,
    );
  }
  return Int32Array.from(first.data);
}

const SAME_ORDER = 'logits of the same samples in the same order: no shuffling when they are computed';

function logitsError(message: string): DataError {
  return new DataError('CAIRN_DATA_LOGITS', message, {
    fix: `float32 [samples, classes] of one set of samples; ${SAME_ORDER}`,
  });
}

function labelsError(message: string, fix: string = SAME_ORDER): DataError {
  return new DataError('CAIRN_DATA_LABELS', message, { fix });
}

function noStates(folder: string, missing: readonly number[]): DataError {
  const what = missing.length > 0 ? `nothing of ${missing.join(', ')}` : 'no logits of a teacher';
  return new DataError('CAIRN_DATA_LOGITS', `${folder} holds ${what}`, {
    fix: 'a file for each checkpoint, such as epoch_10.npy, and labels.npy',
  });
}
