/** Every operation, forward and backward, on every backend, against float64. */
import { activateWasm } from '@cairn/backend-wasm';
import type { JsonObject } from '@cairn/core';
import { tensor, type Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { backendShape, toBackendOrder, toHostOrder } from '../executor/layout.ts';
import { scoped } from '../executor/scoped.ts';
import { backendsWith, expectClose, expectNoLeak, numbers } from '../test-support/backends.ts';
import { dot64, gradient64 } from '../test-support/reference/finite-differences.ts';
import { references } from '../test-support/reference/operations.ts';
import { value64, type Gradients64 } from '../test-support/reference/value.ts';
import { product, type ArrayRole, type Operation } from './operation.ts';
import { operationNames, operations, type OperationName } from './table.ts';

interface Case {
  readonly op: OperationName;
  /** Without the batch dimension. */
  readonly inputs: readonly (readonly number[])[];
  readonly attributes?: JsonObject;
  readonly batch?: number;
  /** Of the inputs. @default 1 */
  readonly scale?: number;
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
  { op: 'conv2d', inputs: [[7, 5, 6]], attributes: { channels: 4, kernel: 3, padding: 1, groups: 2 } },
  { op: 'conv2d', inputs: [[3, 2, 6]], attributes: { channels: 9, kernel: 1, groups: 3, bias: true } },
  {
    op: 'conv2d',
    inputs: [[5, 5, 4]],
    attributes: { channels: 8, kernel: 3, stride: 2, padding: 1, groups: 2 },
    batch: 1,
  },
  { op: 'conv2d', inputs: [[4, 3, 1]], attributes: { channels: 4, kernel: 2, groups: 1 } },
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
  { op: 'relu6', inputs: [[3, 3, 2]], scale: 12 },
  { op: 'maxPool', inputs: [[6, 4, 2]], attributes: { kernel: 2 } },
  { op: 'maxPool', inputs: [[7, 5, 3]], attributes: { kernel: 3, stride: 2, padding: 1 } },
  { op: 'maxPool', inputs: [[5, 6, 1]], attributes: { kernel: 3, stride: 1, padding: 1 }, batch: 1 },
  { op: 'maxPool', inputs: [[7, 8, 5]], attributes: { kernel: 3, stride: 2 } },
  { op: 'maxPool', inputs: [[3, 1, 2]], attributes: { kernel: 2, stride: 3, padding: 1 } },
  { op: 'averagePool', inputs: [[6, 4, 2]], attributes: { kernel: 2 } },
  { op: 'averagePool', inputs: [[7, 5, 3]], attributes: { kernel: 3, stride: 2, padding: 1 } },
  {
    op: 'averagePool',
    inputs: [[7, 6, 3]],
    attributes: { kernel: 3, stride: 2, padding: 1, countIncludePad: false },
  },
  { op: 'averagePool', inputs: [[5, 7, 1]], attributes: { kernel: 3, stride: 1, padding: 1 }, batch: 1 },
  { op: 'averagePool', inputs: [[7, 8, 5]], attributes: { kernel: 3, stride: 2, countIncludePad: false } },
  {
    op: 'concat',
    inputs: [
      [3, 2, 4],
      [3, 2, 1],
      [3, 2, 3],
    ],
  },
  { op: 'concat', inputs: [[3], [5]], batch: 1 },
  { op: 'slice', inputs: [[2, 3, 5]], attributes: { to: 2 } },
  { op: 'slice', inputs: [[2, 3, 5]], attributes: { from: 1, to: 4 } },
  { op: 'slice', inputs: [[6]], attributes: { from: 3, to: 6 } },
  { op: 'channelShuffle', inputs: [[3, 2, 6]], attributes: { groups: 2 } },
  { op: 'channelShuffle', inputs: [[1, 2, 12]], attributes: { groups: 3 }, batch: 1 },
  { op: 'globalAveragePool', inputs: [[3, 2, 4]] },
  { op: 'linear', inputs: [[7]], attributes: { units: 3 } },
  { op: 'linear', inputs: [[2]], attributes: { units: 5, bias: false }, batch: 1 },
];

interface Setup {
  readonly operation: Operation;
  readonly attributes: unknown;
  readonly roles: Readonly<Record<string, ArrayRole>>;
  readonly forward64: () => Float64Array;
  readonly infer64: () => Float64Array;
  readonly backward64: (dy: Float64Array) => Gradients64;
  readonly inputs64: readonly Float64Array[];
  readonly arrays64: Readonly<Record<string, Float64Array>>;
  readonly inputs: readonly Tensor[];
  readonly arrays: Readonly<Record<string, Tensor>>;
}

function setUp({ op, inputs: shapes, attributes: given = {}, batch = 2, scale = 1 }: Case): Setup {
  const operation = operations[op] as Operation;
  const attributes = operation.attributes.parse(given);
  const roles = operation.arrays(shapes, attributes);
  const values = shapes.map((shape, i) =>
    value64(
      [batch, ...shape],
      numbers(batch * product(shape), i + 1).map((v) => v * scale),
    ),
  );
  const arrays64 = Object.fromEntries(
    Object.entries(roles).map(([role, { shape }], i) => [
      role,
      // A variance is positive.
      Float64Array.from(numbers(product(shape), i + 11), (v) => (role === 'runningVariance' ? v + 1.5 : v)),
    ]),
  );
  const call = { inputs: values, arrays: arrays64, attributes: given };
  return {
    operation,
    attributes,
    roles,
    forward64: () => references[op].train(call).value.data,
    infer64: () => references[op].infer(call).data,
    backward64: (dy) => references[op].backward(call, dy),
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
      const { operation, attributes, roles, forward64, infer64, backward64, inputs, arrays } = setUp(c);
      const trained = scoped(() => operation.train({ inputs, arrays, attributes }));
      expectClose(trained.value.dataSync(), forward64(), 1e-5);
      const inferred = scoped(() => operation.infer({ inputs, arrays, attributes }));
      expectClose(inferred.dataSync(), infer64(), 1e-5);

      const dy = numbers(trained.value.size, 31);
      const dyTensor = tensor(dy, trained.value.shape);
      const expected = backward64(Float64Array.from(dy));
      const call = { dy: dyTensor, saved: trained.saved, arrays, attributes, inputShapes: c.inputs };
      const gradients = scoped(() => operation.backward({ ...call, wanted: inputs.map(() => true) }));
      expect(gradients.inputs.map((g) => g?.shape)).toEqual(inputs.map((x) => x.shape));
      gradients.inputs.forEach((g, i) => expectClose(g?.dataSync() ?? [], expected.inputs[i] ?? [], 1e-5));
      const names = Object.keys(roles).filter((role) => roles[role]?.trained);
      expect(Object.keys(gradients.arrays).sort()).toEqual(names.sort());
      for (const name of names) {
        const plan = { ...(roles[name] as ArrayRole), dtype: 'float32' } as const;
        const actual = toHostOrder(gradients.arrays[name]?.dataSync() as Float32Array, plan);
        expectClose(actual, expected.arrays[name] ?? [], 1e-5);
      }

      const { value, saved, buffers = {} } = trained;
      const all = [value, inferred, dyTensor, ...saved, ...Object.values(buffers), ...inputs];
      const arrayTensors = [...Object.values(arrays), ...Object.values(gradients.arrays)];
      for (const t of [...all, ...arrayTensors, ...gradients.inputs]) t?.dispose();
    });
  });

  test('max pool: padding never wins, the first of equal values takes the gradient', () => {
    // 3×3, windows of 3 with stride 2 and padding 1: each result sees the centre and one corner's neighbours.
    const x = tensor([-1, -2, -3, -4, -5, -1, -7, -1, -9], [1, 3, 3, 1]);
    const attributes = operations.maxPool.attributes.parse({ kernel: 3, stride: 2, padding: 1 });
    const { value, saved } = operations.maxPool.train({ inputs: [x], arrays: {}, attributes });
    expect(Array.from(value.dataSync())).toEqual([-1, -1, -1, -1]);
    const dy = tensor([1, 2, 4, 8], [1, 2, 2, 1]);
    const call = { dy, saved, arrays: {}, attributes, inputShapes: [[3, 3, 1]], wanted: [true] };
    // Bottom right sees −5, −1, −1, −9: the −1 in the row above comes first.
    const [dx] = operations.maxPool.backward(call).inputs;
    expect(Array.from(dx?.dataSync() ?? [])).toEqual([1, 0, 0, 0, 0, 2 + 8, 0, 4, 0]);
  });

  test.each([
    // The window over a corner holds 4 pixels and 5 zeros.
    [
      true,
      [12 / 9, 16 / 9, 24 / 9, 28 / 9],
      [1 / 9, 3 / 9, 2 / 9, 5 / 9, 15 / 9, 10 / 9, 4 / 9, 12 / 9, 8 / 9],
    ],
    [
      false,
      [12 / 4, 16 / 4, 24 / 4, 28 / 4],
      [1 / 4, 3 / 4, 2 / 4, 5 / 4, 15 / 4, 10 / 4, 4 / 4, 12 / 4, 8 / 4],
    ],
  ])('average pool: padding counted: %s', (countIncludePad, expected, slopes) => {
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    const attributes = operations.averagePool.attributes.parse({
      kernel: 3,
      stride: 2,
      padding: 1,
      countIncludePad,
    });
    const { value, saved } = operations.averagePool.train({ inputs: [x], arrays: {}, attributes });
    expectClose(value.dataSync(), expected, 1e-6);
    const dy = tensor([1, 2, 4, 8], [1, 2, 2, 1]);
    const call = { dy, saved, arrays: {}, attributes, inputShapes: [[3, 3, 1]], wanted: [true] };
    expectClose(operations.averagePool.backward(call).inputs[0]?.dataSync() ?? [], slopes, 1e-6);
  });

  test('channels: dealt out, cut and joined', () => {
    const x = tensor([0, 1, 2, 3, 4, 5], [1, 6]);
    const shuffled = operations.channelShuffle.infer({ inputs: [x], arrays: {}, attributes: { groups: 2 } });
    expect(Array.from(shuffled.dataSync())).toEqual([0, 3, 1, 4, 2, 5]);
    const cut = operations.slice.infer({ inputs: [x], arrays: {}, attributes: { from: 2, to: 4 } });
    expect(Array.from(cut.dataSync())).toEqual([2, 3]);
    const joined = operations.concat.infer({ inputs: [cut, shuffled], arrays: {}, attributes: {} });
    expect(Array.from(joined.dataSync())).toEqual([2, 3, 0, 3, 1, 4, 2, 5]);
  });

  test('grouped convolution: each group sees its own channels', () => {
    const attributes = operations.conv2d.attributes.parse({ channels: 4, kernel: 1, groups: 2 });
    const roles = operations.conv2d.arrays([[1, 1, 4]], attributes);
    // Filters (1, 2) and (3, 4) over channels 0 and 1, (5, 6) and (7, 8) over 2 and 3.
    const weight = upload(roles['weight'] as ArrayRole, [1, 2, 3, 4, 5, 6, 7, 8]);
    const x = tensor([1, 10, 100, 1000], [1, 1, 1, 4]);
    const y = operations.conv2d.infer({ inputs: [x], arrays: { weight }, attributes });
    expect(Array.from(y.dataSync())).toEqual([21, 43, 6500, 8700]);
  });

  test('ReLU6: no gradient at 0 and at 6', () => {
    const x = tensor([-1, 0, 3, 6, 7], [1, 5]);
    const { value, saved } = operations.relu6.train({ inputs: [x], arrays: {}, attributes: {} });
    expect(Array.from(value.dataSync())).toEqual([0, 0, 3, 6, 6]);
    const dy = tensor([1, 2, 4, 8, 16], [1, 5]);
    const call = { dy, saved, arrays: {}, attributes: {}, inputShapes: [[5]], wanted: [true] };
    expect(Array.from(operations.relu6.backward(call).inputs[0]?.dataSync() ?? [])).toEqual([0, 0, 4, 0, 0]);
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

test.each(cases)('float64 reference against central differences: $op $inputs $attributes', (c) => {
  const { roles, forward64, backward64, inputs64, arrays64 } = setUp(c);
  const dy = Float64Array.from(numbers(forward64().length, 31));
  const expected = backward64(dy);
  const loss = () => dot64(dy, forward64());
  inputs64.forEach((x, i) => expectClose(expected.inputs[i] ?? [], gradient64(x, loss), 1e-7));
  for (const [role, array] of Object.entries(arrays64))
    if (roles[role]?.trained) expectClose(expected.arrays[role] ?? [], gradient64(array, loss), 1e-7);
});

test('every operation has a case', () => {
  expect(new Set(cases.map(({ op }) => op))).toEqual(new Set(operationNames));
});
