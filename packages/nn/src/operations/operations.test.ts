/** Every operation, forward and backward, on every backend, against float64. */
import { activateWasm } from '@cairn/backend-wasm';
import type { JsonObject } from '@cairn/core';
import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { backendShape, toBackendOrder, toHostOrder } from '../executor/layout.ts';
import { scoped } from '../executor/scoped.ts';
import { backendsWith, expectClose, expectNoLeak, numbers } from '../test-support/backends.ts';
import { dot64, gradient64, reference, value64, type Forward64 } from '../test-support/reference.ts';
import { product, type ArrayRole, type Operation } from './operation.ts';
import { operations, type OperationName } from './table.ts';

interface Case {
  readonly op: OperationName;
  /** Without the batch dimension. */
  readonly inputs: readonly (readonly number[])[];
  readonly attributes?: JsonObject;
  readonly batch?: number;
}

const cases: readonly Case[] = [
  { op: 'conv2d', inputs: [[5, 4, 3]], attributes: { channels: 4, kernel: 3, padding: 1 } },
  { op: 'conv2d', inputs: [[5, 6, 3]], attributes: { channels: 2, kernel: 3, stride: 2, padding: 1 } },
  { op: 'conv2d', inputs: [[6, 6, 2]], attributes: { channels: 5, kernel: 1, stride: 2 } },
  { op: 'conv2d', inputs: [[3, 3, 1]], attributes: { channels: 1, kernel: 3, bias: true }, batch: 1 },
  { op: 'conv2d', inputs: [[6, 5, 4]], attributes: { channels: 4, kernel: 3, padding: 1, groups: 4 } },
  {
    op: 'conv2d',
    inputs: [[6, 6, 3]],
    attributes: { channels: 6, kernel: 3, stride: 2, padding: 1, groups: 3, bias: true },
  },
  { op: 'batchNorm', inputs: [[3, 2, 5]] },
  { op: 'batchNorm', inputs: [[4, 4, 3]], attributes: { relu: true, epsilon: 0.01 }, batch: 1 },
  { op: 'relu', inputs: [[3, 3, 2]] },
  {
    op: 'add',
    inputs: [
      [2, 3, 2],
      [2, 3, 2],
    ],
  },
  { op: 'globalAveragePool', inputs: [[3, 2, 4]] },
  { op: 'linear', inputs: [[7]], attributes: { units: 3 } },
  { op: 'linear', inputs: [[2]], attributes: { units: 5, bias: false }, batch: 1 },
];

interface Setup {
  readonly operation: Operation;
  readonly attributes: unknown;
  readonly roles: Readonly<Record<string, ArrayRole>>;
  readonly forward64: () => Float64Array;
  readonly inputs64: readonly Float64Array[];
  readonly arrays64: Readonly<Record<string, Float64Array>>;
  readonly inputs: readonly Tensor[];
  readonly arrays: Readonly<Record<string, Tensor>>;
}

function setUp({ op, inputs: shapes, attributes: given = {}, batch = 2 }: Case): Setup {
  const operation = operations[op] as Operation;
  const attributes = operation.attributes.parse(given);
  const roles = operation.arrays(shapes, attributes);
  const values = shapes.map((shape, i) => value64([batch, ...shape], numbers(batch * product(shape), i + 1)));
  const arrays64 = Object.fromEntries(
    Object.entries(roles).map(([role, { shape }], i) => [
      role,
      Float64Array.from(numbers(product(shape), i + 11)),
    ]),
  );
  const forward = reference[op] as Forward64;
  return {
    operation,
    attributes,
    roles,
    forward64: () => forward(values, arrays64, given).data,
    inputs64: values.map((v) => v.data),
    arrays64,
    inputs: values.map((v) => tensor(Float32Array.from(v.data), [...v.shape])),
    arrays: Object.fromEntries(
      Object.entries(roles).map(([role, array]) => [role, upload(array, arrays64[role] ?? [])]),
    ),
  };
}

function upload(role: ArrayRole, data: ArrayLike<number>): Tensor {
  const plan = { ...role, dtype: role.dtype ?? 'float32' } as const;
  const values = toBackendOrder(Float32Array.from(data), plan);
  return tensor(values, backendShape(plan), plan.dtype);
}

describe.each(backendsWith(() => activateWasm()))('$name', ({ activate }) => {
  beforeAll(() => activate());

  test.each(cases)('$op $inputs $attributes', async (c) => {
    await expectNoLeak(() => {
      const { operation, attributes, roles, forward64, inputs64, arrays64, inputs, arrays } = setUp(c);
      const trained = scoped(() => operation.train({ inputs, arrays, attributes }));
      expectClose(trained.value.dataSync(), forward64(), 1e-5);

      const dy = numbers(trained.value.size, 31);
      const dyTensor = tensor(dy, trained.value.shape);
      const loss = () => dot64(dy, forward64());
      const wanted = inputs.map(() => true);
      const call = { dy: dyTensor, saved: trained.saved, arrays, attributes, inputShapes: c.inputs, wanted };
      const gradients = scoped(() => operation.backward(call));
      gradients.inputs.forEach((g, i) =>
        expectClose(g?.dataSync() ?? [], gradient64(inputs64[i] ?? new Float64Array(), loss), 1e-4),
      );
      const names = Object.keys(roles).filter((role) => roles[role]?.trained);
      expect(Object.keys(gradients.arrays).sort()).toEqual(names.sort());
      for (const name of names) {
        const plan = { ...(roles[name] as ArrayRole), dtype: 'float32' } as const;
        const actual = toHostOrder(gradients.arrays[name]?.dataSync() as Float32Array, plan);
        expectClose(actual, gradient64(arrays64[name] ?? new Float64Array(), loss), 1e-4);
      }

      const { value, saved, buffers = {} } = trained;
      const all = [value, dyTensor, ...saved, ...Object.values(buffers), ...inputs, ...Object.values(arrays)];
      for (const t of [...all, ...gradients.inputs, ...Object.values(gradients.arrays)]) t?.dispose();
    });
  });

  test('batch norm: running statistics as in PyTorch', () => {
    const { operation, attributes } = setUp({ op: 'batchNorm', inputs: [[1]] });
    const call = {
      inputs: [tensor([1, 2, 3, 6], [4, 1])],
      arrays: {
        gamma: tensor([2]),
        beta: tensor([1]),
        runningMean: tensor([10]),
        runningVariance: tensor([4]),
        batches: tensor(7, [], 'int32'),
      },
      attributes,
    };
    const { buffers = {} } = operation.train(call);
    // Mean 3, squares 4 + 1 + 0 + 9 = 14: biased 3.5, unbiased 14/3.
    expectClose(buffers['runningMean']?.dataSync() ?? [], [0.9 * 10 + 0.1 * 3], 1e-6);
    expectClose(buffers['runningVariance']?.dataSync() ?? [], [0.9 * 4 + (0.1 * 14) / 3], 1e-6);
    expect(buffers['batches']?.dtype).toBe('int32');
    expect(buffers['batches']?.dataSync()).toEqual(Int32Array.of(8));
    // Inference: (x − 10)/√4·2 + 1.
    expectClose(operation.infer(call).dataSync(), [-8, -7, -6, -3], 1e-5);
  });
});
