/** Fused operations: our kernels (wasm) and the composed ones (cpu) against float64 and against hand-worked numbers. */
import { activateWasm } from '@cairn/backend-wasm';
import {
  customGrad,
  grad,
  memory,
  mul,
  tensor,
  tensor1d,
  tensor2d,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { backendsWith, expectClose, expectNoLeak, expectTensor, numbers } from '../test-support/backends.ts';
import { gradient64 } from '../test-support/reference/finite-differences.ts';
import { batchNormTrain, batchNormTrainGrad } from './batch-norm.ts';
import { momentumUpdate } from './momentum-update.ts';
import { reluGrad } from './relu-grad.ts';
import { softmaxCeKl } from './softmax-ce-kl.ts';

const CLASSES = 5;
const BATCH = 3;
const labelRows = [4, 0, 2];

function logSoftmax64(row: readonly number[]): number[] {
  const peak = Math.max(...row);
  const log = peak + Math.log(row.reduce((s, v) => s + Math.exp(v - peak), 0));
  return row.map((v) => v - log);
}

function rows(data: ArrayLike<number>): number[][] {
  return Array.from({ length: BATCH }, (_, b) => Array.from(data).slice(b * CLASSES, (b + 1) * CLASSES));
}

/** mean CE and mean KL(teacher ‖ student) at temperature T, by their definitions. */
function losses64(student: ArrayLike<number>, teacher: ArrayLike<number>, temperature: number) {
  const ce = rows(student).map((row, b) => -(logSoftmax64(row)[labelRows[b] ?? 0] ?? NaN));
  const kl = rows(student).map((row, b) => {
    const q = logSoftmax64(row.map((v) => v / temperature));
    const p = logSoftmax64((rows(teacher)[b] ?? []).map((v) => v / temperature));
    return p.reduce((s, logP, k) => s + Math.exp(logP) * (logP - (q[k] ?? NaN)), 0);
  });
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / BATCH;
  return { ce: mean(ce), kl: mean(kl) };
}

describe.each(backendsWith(() => activateWasm()))('$name', ({ activate }) => {
  beforeAll(() => activate());

  test.each([1, 30, 3000])('softmax CE + KL, logits up to %d', async (scale) => {
    const student = numbers(BATCH * CLASSES, 1).map((v) => v * scale);
    const teacher = numbers(BATCH * CLASSES, 2).map((v) => v * scale);
    const expected = losses64(student, teacher, 4);
    const total = (s: ArrayLike<number>) => {
      const { ce, kl } = losses64(s, teacher, 4);
      return 0.1 * ce + 14.4 * kl;
    };
    await expectNoLeak(() => {
      const s = tensor2d(student, [BATCH, CLASSES]);
      const t = tensor2d(teacher, [BATCH, CLASSES]);
      const labels = tensor1d(labelRows, 'int32');
      const inputs = { teacher: t, labels, temperature: 4, ceWeight: 0.1, klWeight: 14.4 };
      const value = softmaxCeKl(s, inputs);
      expectTensor(value.ce, [expected.ce], 1e-5);
      expectTensor(value.kl, [expected.kl], 1e-5);
      expectTensor(value.total, [total(student)], 1e-5);
      const g = grad((z) => softmaxCeKl(z as Tensor2D, inputs).total)(s);
      const copy = Float64Array.from(student);
      expectTensor(
        g,
        gradient64(copy, () => total(copy), 1e-4 * scale ** 0.5),
        2e-4,
      );
      for (const x of [s, t, labels, g, value.total, value.ce, value.kl]) x.dispose();
    });
  });

  test('softmax CE alone and KL alone; no gradient to the teacher; KL to itself is 0', () => {
    const data = numbers(BATCH * CLASSES, 3);
    const s = tensor2d(data, [BATCH, CLASSES]);
    const labels = tensor1d(labelRows, 'int32');
    const { ce } = losses64(data, data, 1);
    const hard = softmaxCeKl(s, { labels });
    expectTensor(hard.total, [ce], 1e-6);
    expectTensor(hard.kl, [0], 1e-6);
    const soft = softmaxCeKl(s, { teacher: s, temperature: 2 });
    expect(Math.abs(soft.total.dataSync()[0] ?? NaN)).toBeLessThan(1e-6);
    expectTensor(soft.ce, [0], 1e-6);
    expect(() => grad((t) => softmaxCeKl(s, { teacher: t as Tensor2D }).total)(s.clone())).toThrow(
      /gradient/,
    );
  });

  test('the loss composes with other differentiable parts', () => {
    const s = tensor2d(numbers(BATCH * CLASSES, 4), [BATCH, CLASSES]);
    const labels = tensor1d(labelRows, 'int32');
    const triple = customGrad((x) => ({ value: mul(x as Tensor2D, 3), gradFunc: (dy) => mul(dy, 3) }));
    const plain = grad((z) => softmaxCeKl(z as Tensor2D, { labels }).total)(s);
    const scaled = grad((z) => triple(softmaxCeKl(z as Tensor2D, { labels }).total))(s);
    expectTensor(scaled, mul(plain, 3).dataSync(), 1e-6);
  });

  test('momentum update: three steps of PyTorch’s rule', () => {
    // w = 1, g = 0.5, 1, −1 with lr 0.1, momentum 0.9, dampening 0.5, weight decay 0.1:
    // g' = 0.6, v = 0.6, w = 0.94; g' = 1.094, v = 0.54 + 0.547 = 1.087, w = 0.8313;
    // g' = −0.91687, v = 0.9783 − 0.458435 = 0.519865, w = 0.7793135.
    const settings = { learningRate: 0.1, momentum: 0.9, dampening: 0.5, nesterov: false, weightDecay: 0.1 };
    let pair = { w: tensor1d([1]), v: tensor1d([123]) } as ReturnType<typeof momentumUpdate>;
    const seen = [0.5, 1, -1].map((g, i) => {
      pair = momentumUpdate(pair.w, tensor1d([g]), pair.v, { ...settings, first: i === 0 });
      return [pair.w.dataSync()[0], pair.v.dataSync()[0]];
    });
    expectClose(seen.flat().map(Number), [0.94, 0.6, 0.8313, 1.087, 0.7793135, 0.519865], 1e-6);
  });

  test('momentum update, Nesterov: the direction is g + momentum·v', () => {
    // v = 2, direction 2 + 0.5·2 = 3; then v = 0.5·2 + 2 = 3, direction 3.5.
    const settings = { learningRate: 0.1, momentum: 0.5, dampening: 0, nesterov: true, weightDecay: 0 };
    const first = momentumUpdate(tensor1d([1]), tensor1d([2]), tensor1d([0]), { ...settings, first: true });
    expectTensor(first.w, [0.7], 1e-6);
    const second = momentumUpdate(first.w, tensor1d([2]), first.v, { ...settings, first: false });
    expectTensor(second.w, [0.35], 1e-6);
  });

  test('ReLU gradient: 0 where the result is 0', () => {
    const dx = reluGrad(tensor1d([1, 2, 3]), tensor1d([0, 0.5, 4]));
    expectTensor(dx, [0, 2, 3], 1e-7);
  });

  test('batch norm: what it returns is all that stays', () => {
    const before = memory().numTensors;
    const x = tensor([1, 2, 3, 6], [4, 1]);
    const [gamma, beta] = [tensor1d([2]), tensor1d([1])];
    const { y, mean, variance } = batchNormTrain(x, gamma, beta, { epsilon: 1e-5, relu: true });
    expectTensor(mean, [3], 1e-6);
    expectTensor(variance, [3.5], 1e-6);
    const scale = 2 / Math.sqrt(3.50001);
    expectTensor(y, [0, 0, 1, 3 * scale + 1], 1e-6);
    const grads = batchNormTrainGrad(
      tensor([1, 1, 1, 1], [4, 1]),
      { x, gamma, beta, mean, variance },
      { epsilon: 1e-5, relu: true },
    );
    expectTensor(grads.dbeta, [2], 1e-6);
    expectTensor(grads.dgamma, [3 / Math.sqrt(3.50001)], 1e-5);
    expect(memory().numTensors - before).toBe(3 + 3 + 1 + 3);
  });
});
