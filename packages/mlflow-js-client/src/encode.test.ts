import { describe, expect, test } from 'vitest';
import { planBatch } from './batch.ts';
import { encodeText, keyProblem, limits, safeKey } from './encode.ts';
import { MlflowError } from './errors.ts';
import type { Metric } from './types.ts';

const point = (key: string, value: number, step = 0, timestamp = 1000): Metric => ({
  key,
  value,
  step,
  timestamp,
});

describe('keys', () => {
  test.each(['train/loss', 'a b', 'öß漢字', 'x.y-z:1', '..'.replace('..', '.a'), 'a'.repeat(250)])(
    '%s is taken',
    (key) => {
      expect(keyProblem(key)).toBeUndefined();
      expect(safeKey(key)).toBe(key);
    },
  );

  test.each([
    ['acc@5', 'acc_5'],
    ['a[0]', 'a_0_'],
    ['/a', 'a'],
    ['a//b/', 'a/b'],
    ['a/../b', 'a/__/b'],
    ['./a', '_/a'],
    ['..a', '__a'],
    ['', '_'],
    ['a\nb', 'a_b'],
    ['\ud800', '_'],
    ['e\u0301', 'e_'],
    ['k'.repeat(251), 'k'.repeat(250)],
  ])('%j is not, %j would be', (key, safe) => {
    expect(keyProblem(key)).toBeDefined();
    expect(safeKey(key)).toBe(safe);
    expect(keyProblem(safe)).toBeUndefined();
  });

  test('the message names the characters', () => {
    expect(keyProblem('acc@5[0]')).toMatchInlineSnapshot(
      `"has "@[]"; letters, digits and the characters _ - . : / and space are allowed"`,
    );
    expect(keyProblem('a//b')).toMatchInlineSnapshot(
      `"is not a plain path: no / at either end, no //, no . or .. between slashes, no .. in front"`,
    );
  });
});

describe('texts', () => {
  test('lengths count characters, not code units', () => {
    const text = '😀'.repeat(6000);
    expect(encodeText('param', 'p', text)).toEqual({ text, warnings: [] });
  });

  test('longer ones are cut between characters, and said', () => {
    const { text, warnings } = encodeText('param', 'p', '😀'.repeat(6001));
    expect(text).toBe('😀'.repeat(6000));
    expect(warnings).toMatchInlineSnapshot(`
      [
        {
          "key": "p",
          "kind": "param-cut",
          "message": "param p has 6001 characters; the first 6000 were sent",
        },
      ]
    `);
  });

  test('or refused', () => {
    expect(() => encodeText('tag', 't', 'x'.repeat(8001), 'refuse')).toThrowErrorMatchingInlineSnapshot(
      `[MlflowError: The tag t has 8001 characters; 8000 are kept]`,
    );
  });

  test('halves of characters are left out, and said', () => {
    const { text, warnings } = encodeText('tag', 't', 'a\ud83db');
    expect(text).toBe('ab');
    expect(warnings.map(({ message }) => message)).toMatchInlineSnapshot(`
      [
        "tag t had halves of characters (lone surrogates), which were left out",
      ]
    `);
  });

  test.each([
    [true, 'true'],
    [0.1, '0.1'],
    [12n, '12'],
    [NaN, 'NaN'],
  ])('%s is sent as %j', (value, text) => expect(encodeText('param', 'p', value).text).toBe(text));
});

test.each([
  [undefined, 'undefined'],
  [null, 'null'],
  [{ a: 1 }, 'object'],
])('%j is no value of a param', (value, what) => {
  expect(() => encodeText('param', 'p', value as unknown as string)).toThrow(
    `The param p is ${what}: text, a number or a boolean is expected`,
  );
});

describe('batches', () => {
  test('params go first and alone; numbers are whole, texts are texts', () => {
    const batch = { metrics: [point('a', 0.5, 3, 1000.9)], params: { lr: 0.1 }, tags: { t: true } };
    expect(planBatch('r', batch)).toMatchInlineSnapshot(`
      {
        "bodies": [
          "{"run_id":"r","params":[{"key":"lr","value":"0.1"}]}",
          "{"run_id":"r","metrics":[{"key":"a","value":0.5,"timestamp":1000,"step":3}],"tags":[{"key":"t","value":"true"}]}",
        ],
        "report": {
          "metrics": 1,
          "params": 1,
          "requests": 2,
          "tags": 1,
          "warnings": [],
        },
      }
    `);
  });

  test('numbers that JSON has not are left out with a warning, or sent as the strings that protobuf reads', () => {
    const metrics = [point('a', NaN, 4), point('a', -Infinity, 2), point('b', 1)];
    const skipped = planBatch('r', { metrics });
    expect(skipped.bodies.map(decode)).toMatchObject([{ metrics: [{ key: 'b' }] }]);
    expect(skipped.report.warnings).toMatchInlineSnapshot(`
      [
        {
          "count": 2,
          "firstStep": 2,
          "key": "a",
          "kind": "non-finite",
          "message": "2 values of a from step 2 on: not finite, not sent",
        },
      ]
    `);
    const sent = planBatch('r', { metrics }, { nonFinite: 'send' });
    expect(values(sent.bodies)).toEqual(['NaN', '-Infinity', 1]);
    expect(sent.report.warnings).toEqual([]);
  });

  test('requests have at most 1000 entries, 100 params, 100 tags', () => {
    const metrics = Array.from({ length: 5000 }, (_, step) => point('m', step, step));
    const numbered = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`k${i}`, i]));
    const { bodies, report } = planBatch('r', { metrics, params: numbered, tags: numbered });
    const sizes = bodies
      .map(decode)
      .map(({ params, metrics, tags }) => [params, metrics, tags].map((x) => x?.length ?? 0));
    expect(sizes).toEqual([
      [100, 0, 0],
      [100, 0, 0],
      [50, 0, 0],
      ...Array.from({ length: 5 }, () => [0, 1000, 0]),
      [0, 0, 100],
      [0, 0, 100],
      [0, 0, 50],
    ]);
    expect(report).toMatchObject({ requests: 11, metrics: 5000, params: 250, tags: 250 });
    expect(values(bodies)).toEqual(metrics.map(({ value }) => value));
  });

  test('requests stay below the limit in bytes, whatever a character needs', () => {
    const params = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, '漢'.repeat(6000)]));
    const { bodies } = planBatch('r'.repeat(32), { params });
    expect(bodies.length).toBe(3);
    for (const body of bodies) expect(Buffer.byteLength(body)).toBeLessThanOrEqual(limits.bytes);
    expect(bodies.map(decode).flatMap((body) => body.params ?? []).length).toBe(100);
  });

  test('an empty batch needs no request', () => {
    expect(planBatch('r', {}).bodies).toEqual([]);
  });

  test.each([
    ['step', [point('a', 1, 1.5)]],
    ['huge step', [point('a', 1, 2 ** 53)]],
    ['timestamp', [point('a', 1, 0, NaN)]],
    ['early timestamp', [point('a', 1, 0, -1)]],
    ['key', [point('acc@5', 1)]],
    ['value', [{ ...point('a', 1), value: '1' as unknown as number }]],
    ['dataset', [{ ...point('a', 1), datasetName: 5 as unknown as string }]],
  ])('a bad %s is refused before anything is sent', (_, metrics) => {
    expect(() => planBatch('r', { metrics })).toThrow(MlflowError);
  });

  test('the message says what was given', () => {
    expect(() => planBatch('r', { metrics: [point('a', 1, 1.5)] })).toThrowErrorMatchingInlineSnapshot(
      `[MlflowError: step of metric a is 1.5: a whole number is expected]`,
    );
    expect(() => planBatch('r', { params: { 'a[0]': 1 } })).toThrowErrorMatchingInlineSnapshot(
      `[MlflowError: The param key "a[0]" has "[]"; letters, digits and the characters _ - . : / and space are allowed]`,
    );
  });
});

interface Decoded {
  readonly params?: readonly unknown[];
  readonly metrics?: readonly { readonly value: unknown }[];
  readonly tags?: readonly unknown[];
}

function decode(body: string): Decoded {
  return JSON.parse(body) as Decoded;
}

function values(bodies: readonly string[]): unknown[] {
  return bodies.map(decode).flatMap(({ metrics = [] }) => metrics.map(({ value }) => value));
}
