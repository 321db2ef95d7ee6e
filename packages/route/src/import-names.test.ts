import { createRandom, type HostTensors } from '@cairn/core';
import { hashWeights, initialState, planArrays } from '@cairn/nn';
import { describe, expect, test } from 'vitest';
import { readForeign } from './import-file.ts';
import { fitWeights, translateName } from './import-names.ts';
import { orderStates, savedState } from './import-steps.ts';
import { failure, graph, graphOf, renamed, stateAt, withoutCounters } from './test-support/import-fixture.ts';

describe('names of files', () => {
  test.each([
    ['epoch_10.safetensors', 'epoch', 10],
    ['ckpt_epoch_240.safetensors', 'epoch', 240],
    ['step-0001.safetensors', 'step', 1],
    ['resnet20-ep7.npy', 'epoch', 7],
    ['model_iter_0000500.safetensors', 'step', 500],
    ['epoch=3-step=2346.safetensors', 'step', 2346],
    ['Epoch12.safetensors', 'epoch', 12],
  ])('%s is %s %i', (file, unit, count) => {
    expect(savedState(file)).toEqual({ file, unit, count });
  });

  test.each(['last.safetensors', 'state10.safetensors', 'epoch_1.5.safetensors'])(
    '%s says none',
    async (file) => {
      expect(savedState(file)).toBeUndefined();
      expect(await failure(() => orderStates([file], 'saved'))).toContain(
        `saved: ${file} names no epoch and no step`,
      );
    },
  );

  test('mixed units and a place twice are refused', async () => {
    const order = (...files: string[]) => failure(() => orderStates(files, 'saved'));
    expect(await order('epoch_1.npy', 'step_2.npy')).toMatchInlineSnapshot(`
      "CAIRN_ROUTE_FILES
      saved: epoch_1.npy counts epochs, step_2.npy counts steps
      one of the two in all names"
    `);
    expect(await order('epoch_1.npy', 'ep01.npy')).toMatchInlineSnapshot(`
      "CAIRN_ROUTE_FILES
      saved: epoch_1.npy and ep01.npy are both epoch 1
      keep the one that is, move the other away"
    `);
  });
});

describe('types', () => {
  /** A file of one array, written by hand. */
  const file = (dtype: string, values: ArrayBufferView, shape: number[]): Uint8Array => {
    const bytes = new Uint8Array(values.buffer);
    const entry = { w: { dtype, shape, data_offsets: [0, bytes.length] } };
    const header = new TextEncoder().encode(JSON.stringify(entry));
    const out = new Uint8Array(8 + header.length + bytes.length);
    new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
    out.set(header, 8);
    out.set(bytes, 8 + header.length);
    return out;
  };
  const values = (bytes: Uint8Array) => {
    const { tensors, converted } = readForeign(bytes, 'w.safetensors');
    return { converted, data: [...(tensors['w']?.data ?? [])], dtype: tensors['w']?.dtype };
  };

  test('half types are exact, doubles are rounded', () => {
    // 1, −2, the largest, the smallest subnormal, 1 + 2^-10
    const half = values(file('F16', Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x3c01), [5]));
    expect(half).toEqual({
      converted: ['F16'],
      dtype: 'float32',
      data: [1, -2, 65504, 2 ** -24, 1 + 2 ** -10],
    });
    const brain = values(file('BF16', Uint16Array.of(0x3f80, 0xc000, 0x3fc0), [3]));
    expect(brain).toEqual({ converted: ['BF16'], dtype: 'float32', data: [1, -2, 1.5] });
    const double = values(file('F64', Float64Array.of(0.1, 1), [2]));
    expect(double).toEqual({ converted: ['F64'], dtype: 'float32', data: [Math.fround(0.1), 1] });
  });

  test('other types, infinities and doubles beyond float32 are named', async () => {
    const read = (bytes: Uint8Array) => failure(() => readForeign(bytes, 'w.safetensors'));
    expect(await read(file('I8', Int8Array.of(1), [1]))).toMatchInlineSnapshot(`
      "CAIRN_WEIGHTS_DAMAGED
      w.safetensors: "w" is of dtype I8; read are F32, I32, I64, F64, F16, BF16
      restore the file from where it came, or remove it and make it anew"
    `);
    expect(await read(file('F32', Float32Array.of(1, NaN), [2]))).toMatchInlineSnapshot(`
      "CAIRN_WEIGHTS_NOT_FINITE
      w.safetensors: "w" (F32) holds NaN in float32 at place 1
      the training had diverged, or its type overflowed: leave this file out, or save it as float32"
    `);
    expect(await read(file('F64', Float64Array.of(1e300), [1]))).toContain(
      '"w" (F64) holds Infinity in float32',
    );
  });
});

describe('names of arrays', () => {
  const fit = (weights: HostTensors, map = {}) =>
    fitWeights(weights, planArrays(graph), map, 'epoch_1.safetensors');

  test('wrappers go, counters that are missing are 0', () => {
    const wrapped = renamed(withoutCounters(stateAt(1)), (name) => `module._orig_mod.${name}`);
    expect(fit(wrapped)).toEqual(stateAt(1));
  });

  test('a map takes names, beginnings of names, and leaves arrays out', () => {
    const map = { 'net.': '', 'net.head.': 'fc.', 'aux.': undefined };
    expect(['net.head.bias', 'net.bn1.bias', 'aux.w', 'bn1.bias'].map((n) => translateName(n, map))).toEqual([
      'fc.bias',
      'bn1.bias',
      undefined,
      'bn1.bias',
    ]);
  });

  test('unknown names are listed with the map that fits, and with it they do', async () => {
    const theirs: Record<string, string> = { conv1: 'stem.conv', bn1: 'stem.norm', fc: 'head' };
    const rename = (name: string): string =>
      name.replace(/^(conv1|bn1|fc)(?=\.)/, (part) => theirs[part] ?? part).replace('layer1.', 'blocks.0.');
    const foreign = renamed(stateAt(1), rename);
    const told = await failure(() => fit(foreign));
    expect(told).toMatchInlineSnapshot(`
      "CAIRN_WEIGHTS_NAMES
      epoch_1.safetensors: 12 names unknown to the model, 12 of its own missing
      unknown: stem.conv.weight [4, 2, 3, 3], stem.norm.weight [4], stem.norm.bias [4], blocks.0.conv.weight [4, 4, 3, 3], blocks.0.bn.weight [4], blocks.0.bn.bias [4], head.weight [3, 4], head.bias [3], stem.norm.running_mean [4], stem.norm.running_var [4], blocks.0.bn.running_mean [4], blocks.0.bn.running_var [4]
      missing: conv1.weight [4, 2, 3, 3], bn1.weight [4], bn1.bias [4], layer1.conv.weight [4, 4, 3, 3], layer1.bn.weight [4], layer1.bn.bias [4], fc.weight [3, 4], fc.bias [3], bn1.running_mean [4], bn1.running_var [4], layer1.bn.running_mean [4], layer1.bn.running_var [4]
      this map fits by shape and likeness; look through it, save it and give it as --names=names.json
      {
        "blocks.0.bn.": "layer1.bn.",
        "blocks.0.conv.": "layer1.conv.",
        "head.": "fc.",
        "stem.conv.": "conv1.",
        "stem.norm.": "bn1."
      }"
    `);
    const map = JSON.parse(told.slice(told.indexOf('\n{'))) as Record<string, string>;
    expect(await hashWeights(fit(foreign, map))).toBe(await hashWeights(stateAt(1)));
  });

  test('a prefix before everything is a map of one entry', async () => {
    const told = await failure(() => fit(renamed(stateAt(1), (name) => `backbone.${name}`)));
    expect(JSON.parse(told.slice(told.indexOf('\n{')))).toEqual({ 'backbone.': '' });
  });

  test('another width has no map; another size of one array is told', async () => {
    const wide = initialState(graphOf(8), createRandom(1)).weights;
    expect(await failure(() => fit(wide))).toMatchInlineSnapshot(`
      "CAIRN_WEIGHTS_MISMATCH
      epoch_1.safetensors: "conv1.weight" is float32 [8, 2, 3, 3]
      the model has float32 [4, 2, 3, 3]: another width, depth or number of classes"
    `);
    const { 'fc.bias': _, ...short } = stateAt(1);
    expect(
      await failure(() =>
        fit({ ...short, extra: { dtype: 'float32', shape: [7], data: new Float32Array(7) } }),
      ),
    ).toMatchInlineSnapshot(`
        "CAIRN_WEIGHTS_NAMES
        epoch_1.safetensors: 1 names unknown to the model, 1 of its own missing
        unknown: extra [7]
        missing: fc.bias [3]
        no map fits: another depth, width or number of classes?"
      `);
  });
});
