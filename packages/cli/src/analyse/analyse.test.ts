import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CairnError } from '@cairn/core';
import { writeSafetensors } from '@cairn/route';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GOLDEN, plugins, studies } from '../routes/test-support/tiny-study.ts';
import { cairn as cairnWith } from '../test-host.ts';
import type { Analysis } from './analysis.ts';
import { agreement, divergence, outcomeOf } from './hardness.ts';
import { readNpy } from './npy.ts';
import { orderNotes } from './order-notes.ts';
import { pairedTable } from './paired.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cairn-analyse-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const cairn = (line: string) =>
  cairnWith(line, { plugins: async () => plugins, studies, env: { CAIRN_HOME: join(folder, 'home') } });
const neutral = (text: string) => text.replaceAll(folder, '<folder>').replaceAll(GOLDEN, '<golden>');

/** A `.npy` of version 1, as NumPy writes it. */
function npy(dtype: string, shape: string, data: ArrayBufferView, order = 'False'): Uint8Array {
  const text = `{'descr': '${dtype}', 'fortran_order': ${order}, 'shape': (${shape}), }`;
  const header = new TextEncoder().encode(`${text.padEnd(117)}\n`);
  const bytes = new Uint8Array(10 + header.length + data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  bytes.set(header, 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return bytes;
}

describe('.npy', () => {
  test('types and shapes', () => {
    expect(readNpy(npy('<f4', '2, 2', Float32Array.of(1, 2, 3, 4)), 'a')).toMatchObject({ shape: [2, 2] });
    expect([...readNpy(npy('<i8', '3,', BigInt64Array.of(5n, -1n, 7n)), 'a').data]).toEqual([5, -1, 7]);
    expect([...readNpy(npy('<f8', '', Float64Array.of(0.1)), 'a').data]).toEqual([0.1]);
    const labels = readNpy(new Uint8Array(readFileSync(`${GOLDEN}/logits/labels.npy`)), 'labels');
    expect([labels.dtype, [...labels.data].slice(0, 5)]).toEqual(['<i8', [0, 1, 2, 3, 0]]);
  });

  test('what is not such a file is refused', () => {
    const refusal = (bytes: Uint8Array): string => {
      try {
        readNpy(bytes, 'z.npy');
      } catch (error) {
        if (error instanceof CairnError) return error.message;
      }
      throw new Error('not refused');
    };
    const good = npy('<f4', '2,', Float32Array.of(1, 2));
    expect(refusal(good.subarray(0, good.length - 1))).toMatchInlineSnapshot(
      `"z.npy: <f4 (2) needs 8 bytes, it has 7"`,
    );
    expect(refusal(npy('|O', '2,', Float32Array.of(1, 2)))).toMatchInlineSnapshot(
      `"z.npy: it is of type |O; read are <f4, <f8, <i4, <i8, |u1"`,
    );
    expect(refusal(npy('<f4', '2,', Float32Array.of(1, 2), 'True'))).toMatchInlineSnapshot(
      `"z.npy: it is in Fortran order; C order is read"`,
    );
    expect(refusal(new Uint8Array(20))).toMatchInlineSnapshot(
      `"z.npy: it does not begin as a .npy file does"`,
    );
    for (let end = 0; end < good.length; end++) refusal(good.subarray(0, end));
  });
});

test('hardness, agreement and paired differences by hand', () => {
  const rows = (name: string, ...odds: number[][]) =>
    outcomeOf({ name, logits: Float32Array.from(odds.flat(), Math.log) }, 2);
  // Teacher (3/4, 1/4) and (1/2, 1/2); student (1/2, 1/2) and (1/4, 3/4).
  const [teacher, student] = [rows('t', [3, 1], [1, 1]), rows('s', [1, 1], [1, 3])];
  const first = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
  const second = 0.5 * Math.log(2) + 0.5 * Math.log(2 / 3);
  expect(divergence(teacher, student, 2)).toBeCloseTo((first + second) / 2, 6);
  expect(agreement(teacher, student)).toBe(0.5);
  const [converged, row] = pairedTable([teacher], [student], Int32Array.of(0, 1));
  expect(converged).toMatchObject({ top1: 0.5, agreement: 1, kl: 0 });
  expect(converged?.nll).toBeCloseTo(-(Math.log(0.75) + Math.log(0.5)) / 2, 6);
  // The student is right on both: +0 and +1, mean 1/2, standard deviation √½, half width 1.96·√½/√2.
  expect(row?.top1).toBe(1);
  expect(row?.top1Difference?.mean).toBe(0.5);
  expect(row?.top1Difference?.halfWidth).toBeCloseTo(0.98, 12);
});

describe('a folder of logits', () => {
  test('gives map, plans and table', async () => {
    const { code, out, err } = await cairn(`analyse ${GOLDEN}/logits`);
    expect([code, err]).toEqual([0, '']);
    expect(neutral(out)).toMatchInlineSnapshot(`
      "<golden>/logits   5 states, 16 samples, 4 classes

      hardness of each state for the student: mean KL(state ‖ row) in nats; columns are epochs
                            1       2       4       6       8
      student_0.npy     0.503   0.403   0.303   0.321   0.344
      student_1.npy     0.103   0.068   0.056   0.089   0.109

      agreement: share of samples with the same first class, %
                            1       2       4       6       8
      student_0.npy       0.0    25.0    50.0    50.0    31.3
      student_1.npy       0.0    12.5    43.8    37.5    43.8

      planned anchors
      {"policy":"equal-epochs","options":{"anchors":4},"from":"route","epochs":[2,4,6,8],"steps":[2,4,6,8]}
      {"policy":"final","options":{},"from":"route","epochs":[8],"steps":[8]}
      {"policy":"greedy","options":{"anchors":4},"from":"student","epochs":[1,8],"steps":[1,8]}

      against the converged teacher, sample by sample (± half of a 95 % interval over samples, given these weights)
                        top-1     NLL   agree      KL    top-1, points                NLL
      epoch 1          25.0 %   1.386  12.5 %   0.100     -43.8 ± 35.6     +0.314 ± 0.178
      epoch 2          37.5 %   1.330  50.0 %   0.063     -31.3 ± 29.5     +0.258 ± 0.138
      epoch 4          56.3 %   1.225  75.0 %   0.020     -12.5 ± 24.5     +0.153 ± 0.077
      epoch 6          68.8 %   1.119  81.3 %   0.003       0.0 ± 17.9     +0.047 ± 0.032
      epoch 8          68.8 %   1.072 100.0 %   0.000                –                  –
      student_0.npy    25.0 %   1.682  31.3 %   0.344     -43.8 ± 30.8     +0.610 ± 0.407
      student_1.npy    25.0 %   1.439  43.8 %   0.109     -43.8 ± 30.8     +0.367 ± 0.209
      "
    `);
  });

  test('safetensors say the same as .npy', async () => {
    const read = (name: string) =>
      readNpy(new Uint8Array(readFileSync(`${GOLDEN}/logits/${name}.npy`)), name);
    const labels = { dtype: 'int32', shape: [16], data: Int32Array.from(read('labels').data) } as const;
    for (const name of ['epoch_1', 'epoch_2', 'epoch_4', 'epoch_6', 'epoch_8', 'student_0', 'student_1']) {
      const logits = { dtype: 'float32', shape: [16, 4], data: Float32Array.from(read(name).data) } as const;
      writeFileSync(join(folder, `${name}.safetensors`), writeSafetensors({ logits, labels }));
    }
    const analysis = async (path: string) =>
      JSON.parse((await cairn(`analyse ${path} --json --anchors=2`)).out) as Analysis;
    const [a, b] = [await analysis(`${GOLDEN}/logits`), await analysis(folder)];
    expect(b.hardness.map((row) => row.kl)).toEqual(a.hardness.map((row) => row.kl));
    expect(b.policies).toEqual(a.policies);
    expect(a.policies.find((p) => p.policy === 'equal-epochs')?.moves.map((m) => m.epochs)).toEqual([
      [4],
      [8],
    ]);
  });

  test('other samples, another order, another number of classes are refused', async () => {
    const refused = async (name: string, bytes: Uint8Array) => {
      rmSync(join(folder, 'logits'), { recursive: true, force: true });
      cpSync(`${GOLDEN}/logits`, join(folder, 'logits'), { recursive: true });
      writeFileSync(join(folder, 'logits', name), bytes);
      const { code, err } = await cairn(`analyse ${folder}/logits`);
      expect(code).toBe(1);
      return neutral(err);
    };
    const zeros = (n: number) => new Float32Array(n);
    expect(await refused('epoch_4.npy', npy('<f4', '16, 5', zeros(80)))).toMatchInlineSnapshot(`
      "error CAIRN_DATA_LOGITS  <folder>/logits/epoch_4.npy is [16, 5], epoch_1.npy is [16, 4]
        float32 [samples, classes] of one set of samples; logits of the same samples in the same order: no shuffling when they are computed
      "
    `);
    expect(await refused('epoch_4.npy', npy('<f4', '8, 4', zeros(32)))).toContain('epoch_1.npy is [16, 4]');
    expect(await refused('epoch_4.npy', npy('<f4', '64,', zeros(64)))).toContain(
      'logits are [samples, classes]',
    );
    expect(await refused('epoch_4.npy', npy('<f4', '16, 4', zeros(64).fill(NaN)))).toContain(
      'sample 0 holds NaN',
    );
    const labels = BigInt64Array.from({ length: 16 }, (_, i) => BigInt(i % 4));
    expect(await refused('labels.npy', npy('<i8', '15,', labels.subarray(1)))).toMatchInlineSnapshot(`
      "error CAIRN_DATA_LABELS  <folder>/logits/labels.npy: 15 labels for 16 rows of logits
        logits of the same samples in the same order: no shuffling when they are computed
      "
    `);
    expect(
      await refused(
        'labels.npy',
        npy(
          '<i8',
          '16,',
          labels.map((v) => v + 1n),
        ),
      ),
    ).toMatchInlineSnapshot(`
      "error CAIRN_DATA_LABELS  <folder>/logits/labels.npy: row 3 is of class 4; the logits have 4 classes
        logits of the same samples in the same order: no shuffling when they are computed
      "
    `);
    expect(await refused('epoch_4_labels.npy', npy('<i8', '16,', labels.toReversed())))
      .toMatchInlineSnapshot(`
      "error CAIRN_DATA_LABELS  <folder>/logits/labels.npy: row 0 is of class 0, in epoch_4_labels.npy of class 3
        logits of the same samples in the same order: no shuffling when they are computed
      "
    `);
    rmSync(join(folder, 'logits', 'epoch_4_labels.npy'));
    rmSync(join(folder, 'logits', 'labels.npy'));
    expect(neutral((await cairn(`analyse ${folder}/logits`)).err)).toMatchInlineSnapshot(`
      "error CAIRN_DATA_LABELS  <folder>/logits: no labels.npy
        np.save("labels.npy", labels): the class of each row of the logits
      "
    `);
  });
});

test('logits in another order than the labels are doubted', () => {
  const [samples, classes] = [200, 10];
  const labels = Int32Array.from({ length: samples }, (_, i) => i % classes);
  /** Says 4 to one for the class of another sample, or nothing at all. */
  const state = (name: string, shift: number, odds: number) => {
    const logits = new Float32Array(samples * classes);
    labels.forEach((_, i) => (logits[i * classes + (labels[(i + shift) % samples] ?? 0)] = Math.log(odds)));
    return outcomeOf({ name, logits }, classes);
  };
  const all = [state('good', 0, 36), state('shuffled', 3, 36), state('untrained', 3, 1.1)];
  expect(orderNotes(all, labels)).toMatchInlineSnapshot(`
    [
      "shuffled is sure of itself (mean highest probability 0.80) and right no more often than by chance (0.0 %): are its samples in the order of the labels?",
    ]
  `);
});

describe('checkpoints', () => {
  test("a student's lie beside the teacher's: its model is the study's student", async () => {
    const saved = join(folder, 'saved');
    cpSync(`${GOLDEN}/route`, saved, { recursive: true });
    // As wide as the teacher, so that two of the teacher's states can stand for stages of a student.
    for (const [name, epoch] of [
      ['student_10', 6],
      ['student_2', 2],
    ] as const) {
      cpSync(`${GOLDEN}/route/epoch_${epoch}.safetensors`, join(saved, `${name}.safetensors`));
    }
    const of = async (flags: string) =>
      cairn(`analyse ${saved} --study=tiny --split=test ${flags} --student.model.width=4`);
    expect(neutral((await of('')).err)).toContain('student_10.safetensors is not listed in SHA256SUMS');
    rmSync(join(saved, 'SHA256SUMS'));
    const { code, out, err } = await of('--json');
    expect([code, err]).toEqual([0, '']);
    const { hardness, policies } = JSON.parse(out) as Analysis;
    expect(hardness.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'student student_2.safetensors',
      'student student_10.safetensors',
    ]);
    // The student that is a state of the teacher is at no distance from it: epochs 1 2 4 6 8.
    expect(hardness.map(({ kl }) => kl.map((value) => value === 0))).toEqual([
      [false, true, false, false, false],
      [false, false, false, true, false],
    ]);
    expect(policies.map(({ policy }) => policy)).toContain('greedy');
    const refused = await cairn(`analyse ${saved} --study=tiny --split=test`);
    expect(refused.code).toBe(1);
    expect(neutral(refused.err)).toContain('student_2.safetensors');
    const imported = await cairn(`routes import ${saved} --study=tiny`);
    expect(imported.out).toContain("left out, a student's: student_10.safetensors, student_2.safetensors");
  });

  test('a folder and the route that it becomes say the same', async () => {
    const json = async (line: string) => JSON.parse((await cairn(`${line} --json`)).out) as Analysis;
    const ofFolder = await json(`analyse ${GOLDEN}/route --study=tiny --split=test`);
    const logits = await json(`analyse ${GOLDEN}/logits`);
    // PyTorch's logits and ours give the same table.
    for (const [i, row] of ofFolder.paired.entries()) {
      expect(row.top1).toBe(logits.paired[i]?.top1);
      expect(row.nll).toBeCloseTo(logits.paired[i]?.nll ?? NaN, 4);
    }
    const { id } = JSON.parse((await cairn(`routes import ${GOLDEN}/route --study=tiny --json`)).out) as {
      id: string;
    };
    const ofRoute = await json(`analyse ${id.slice(0, 6)} --split=test`);
    expect(ofRoute.hardness.map((row) => row.kl)).toEqual(ofFolder.hardness.map((row) => row.kl));
    expect(ofRoute.hardness.map((row) => row.kind)).toEqual(Array.from({ length: 5 }, () => 'anchor'));
    const { out } = await cairn(`analyse ${id.slice(0, 6)}`);
    expect(out).toContain('16 samples (val)');
    expect(out).toContain('a teacher from elsewhere may have been trained on these samples');
  });

  test('what there is not is named', async () => {
    expect(neutral((await cairn('analyse nowhere')).err).replace(/no folder \S+/, 'no folder <path>'))
      .toMatchInlineSnapshot(`
      "error CAIRN_ARGUMENT_UNKNOWN  cairn analyse: no folder <path> and no route "nowhere"
        a folder of logits or checkpoints: docs/pytorch.md
        routes: none is known
      "
    `);
    expect((await cairn(`analyse ${GOLDEN}/route`)).err).toContain('weights do not say their model and data');
    expect((await cairn(`analyse ${GOLDEN}/logits --epochs=1,3`)).err).toContain('holds nothing of 3');
  });
});
