import { engine, tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { activateWasm } from './index.ts';
import { builds, centralDifference, randomTensor, relativeError, runGuarded } from './test-support.ts';

function logSoftmax(row: readonly number[], temperature: number): number[] {
  const scaled = row.map((v) => v / temperature);
  const peak = Math.max(...scaled);
  const normaliser = peak + Math.log(scaled.reduce((sum, v) => sum + Math.exp(v - peak), 0));
  return scaled.map((v) => v - normaliser);
}

interface Weights {
  readonly temperature: number;
  readonly ceWeight: number;
  readonly klWeight: number;
}

function rowsOf(t: Tensor): number[][] {
  return t.arraySync() as number[][];
}

/** Float64 losses and gradient, by the formulas of the kernel's documentation. */
function reference(
  student: Tensor,
  teacher: Tensor,
  labels: readonly number[],
  { temperature, ceWeight, klWeight }: Weights,
) {
  const guides = rowsOf(teacher).map((row) => logSoftmax(row, temperature));
  let ce = 0;
  let kl = 0;
  const gradient = rowsOf(student).flatMap((row, b) => {
    const logs = logSoftmax(row, 1);
    const warm = logSoftmax(row, temperature);
    const guide = guides[b] ?? [];
    ce -= (logs[labels[b] ?? -1] ?? NaN) / labels.length;
    kl +=
      guide.reduce((sum, t, k) => (Math.exp(t) === 0 ? sum : sum + Math.exp(t) * (t - (warm[k] ?? NaN))), 0) /
      labels.length;
    return row.map(
      (_, k) =>
        (ceWeight * (Math.exp(logs[k] ?? NaN) - (k === labels[b] ? 1 : 0))) / labels.length +
        (klWeight * (Math.exp(warm[k] ?? NaN) - Math.exp(guide[k] ?? NaN))) / (labels.length * temperature),
    );
  });
  return { ce, kl, gradient };
}

describe.each(builds)('CairnSoftmaxCeKl, build %s', (build) => {
  beforeAll(async () => {
    await activateWasm({ build });
  });

  const weights: Weights = { temperature: 4, ceWeight: 0.7, klWeight: 16 };
  test.each([
    [1, 1],
    [1, 2],
    [5, 7],
    [64, 100],
  ])('%i rows, %i classes', (rows, classes) => {
    const student = randomTensor([rows, classes], 1);
    const teacher = randomTensor([rows, classes], 2);
    const labels = Array.from({ length: rows }, (_, i) => (i * 7) % classes);
    const expected = reference(student, teacher, labels, weights);
    const inputs = { student, teacher, labels: tensor1d(labels, 'int32') };
    const [ce = [], kl = [], gradient = []] = runGuarded('CairnSoftmaxCeKl', inputs, weights);
    expect(ce[0]).toBeCloseTo(expected.ce, 6);
    expect(kl[0]).toBeCloseTo(expected.kl, 6);
    expect(relativeError(gradient, expected.gradient)).toBeLessThan(1e-6);
  });

  test('without teacher and without labels, the missing part counts 0', () => {
    const student = randomTensor([3, 4], 1);
    const teacher = randomTensor([3, 4], 2);
    const labels = tensor1d([0, 3, 1], 'int32');
    const [ce = [], none = [], dCe = []] = runGuarded('CairnSoftmaxCeKl', { student, labels }, weights);
    expect(ce[0]).toBeCloseTo(reference(student, teacher, [0, 3, 1], weights).ce, 6);
    expect(none[0]).toBe(0);
    const [zero = [], kl = [], dKl = []] = runGuarded('CairnSoftmaxCeKl', { student, teacher }, weights);
    expect(zero[0]).toBe(0);
    expect(kl[0]).toBeCloseTo(reference(student, teacher, [0, 3, 1], weights).kl, 6);
    const both = reference(student, teacher, [0, 3, 1], weights).gradient;
    expect(
      relativeError(
        Float32Array.from(dCe, (v, i) => v + (dKl[i] ?? NaN)),
        both,
      ),
    ).toBeLessThan(1e-6);
  });

  test('logits of ±10⁴ stay finite, also where a probability is 0', () => {
    const student = tensor2d([
      [1e4, -1e4, 0],
      [-1e4, 1e4, 5],
    ]);
    const teacher = tensor2d([
      [-1e4, 1e4, 0],
      [-1e4, 1e4, 5],
    ]);
    const inputs = { student, teacher, labels: tensor1d([1, 1], 'int32') };
    const sharp = { temperature: 1, ceWeight: 1, klWeight: 1 };
    const [ce = [], kl = [], gradient = []] = runGuarded('CairnSoftmaxCeKl', inputs, sharp);
    expect([ce[0], kl[0]]).toEqual([10000, 10000]);
    expect([...gradient]).toEqual([1, -1, 0, 0, 0, 0]);
  });

  test('gradient agrees with central differences', () => {
    const student = randomTensor([3, 5], 8);
    const teacher = randomTensor([3, 5], 9);
    const labels = tensor1d([4, 0, 2], 'int32');
    const run = (logits: Tensor): Tensor[] =>
      engine().runKernel<Tensor[]>('CairnSoftmaxCeKl', { student: logits, teacher, labels }, { ...weights });
    const gradient = run(student)[2]?.dataSync() ?? [];
    const loss = (logits: Tensor): Tensor => {
      const [ce, kl] = run(logits);
      return tensor(0.7 * (ce?.dataSync()[0] ?? NaN) + 16 * (kl?.dataSync()[0] ?? NaN));
    };
    for (const at of [0, 4, 7, 14])
      expect(gradient[at]).toBeCloseTo(centralDifference(loss, student, at, 0.01), 3);
  });

  test('a NaN logit makes the losses NaN; a label outside the classes is refused', () => {
    const labels = tensor1d([0], 'int32');
    const [ce = []] = runGuarded('CairnSoftmaxCeKl', { student: tensor2d([[NaN, 1]]), labels }, weights);
    expect(ce[0]).toBeNaN();
    const student = tensor2d([
      [1, 2],
      [3, 4],
    ]);
    expect(() =>
      runGuarded('CairnSoftmaxCeKl', { student, labels: tensor1d([1, 2], 'int32') }, weights),
    ).toThrowErrorMatchingInlineSnapshot(
      `[BackendError: The label of row 1 is no class: the logits have 2 classes.]`,
    );
  });
});
