import { logSoftmaxRows, mean, topClass, type EvalContext, type Evaluator } from '@cairn/core';
import { expect, test } from 'vitest';
import { brokenChecks } from './checks.ts';
import { evaluatorChecks } from './evaluator-suite.ts';

const NAMES = 'yields finite numbers under its names, each once';
const ALONE = 'yields some of its names, or none, where there is no teacher';
const NEEDS = 'says whether it needs the reference';
const SURE = 'stays finite on one sample, and where the network is sure';
const INPUT = 'leaves its input alone and repeats its answer';
const ORDER = 'does not depend on the order of the samples';
const SHIFT = 'does not depend on a shift of all logits of a sample';

const rowsOf = ({ logits, labels, classes }: EvalContext): readonly Float32Array[] =>
  Array.from(labels, (_, row) => logits.subarray(row * classes, (row + 1) * classes));
const nll = ({ logits, labels, classes }: EvalContext): number => {
  const logP = logSoftmaxRows(logits, classes);
  return -mean(Float64Array.from(labels, (label, row) => logP[row * classes + label] as number));
};
const yielding =
  (measure: (context: EvalContext) => number, name = 'm') =>
  (): Evaluator => ({
    evaluate: (context) => [[name, measure(context)]],
  });

test('one that keeps the contract breaks nothing', async () => {
  expect(await brokenChecks(evaluatorChecks(yielding(nll), ['m']))).toEqual([]);
});

let everAsked = 0;
const broken: readonly (readonly [string, () => Evaluator, string])[] = [
  ['yields another name', yielding(nll, 'n'), NAMES],
  [
    'yields a name twice',
    () => ({
      evaluate: () => [
        ['m', 0],
        ['m', 0],
      ],
    }),
    NAMES,
  ],
  ['yields nothing', () => ({ evaluate: () => [] }), NAMES],
  ['yields no number', yielding(() => NaN), NAMES],
  ['needs a teacher', yielding(({ reference }) => reference?.[0] ?? NaN), ALONE],
  [
    'yields another name without a teacher',
    () => ({
      evaluate: (c) => [[c.reference === undefined ? 'alone' : 'm', nll(c)]],
    }),
    ALONE,
  ],
  [
    'looks at the teacher without a word',
    () => ({ evaluate: (c) => (c.reference === undefined ? [] : [['m', nll(c)]]) }),
    NEEDS,
  ],
  ['asks for a teacher for nothing', () => ({ ...yielding(nll)(), needsReference: true }), NEEDS],
  [
    'takes the logarithm of a probability of 0',
    yielding((context) => {
      const p = rowsOf(context).map((row) => {
        const powers = row.map((z) => Math.exp(z - Math.max(...row)));
        return powers.map((power) => power / powers.reduce((a, b) => a + b, 0));
      });
      return -mean(Float64Array.from(p, (row, i) => Math.log(row[context.labels[i] as number] as number)));
    }),
    SURE,
  ],
  [
    'divides by the samples less one',
    yielding(({ labels, ...rest }) => (nll({ labels, ...rest }) * labels.length) / (labels.length - 1)),
    SURE,
  ],
  ['sorts its input', yielding((c) => (c.logits.sort(), 0)), INPUT],
  ['writes the teacher', yielding((c) => (c.reference?.fill(0), 0)), INPUT],
  [
    'averages over its calls',
    () => {
      let [sum, n] = [0, 0];
      return { evaluate: (c) => [['m', (sum += nll(c) + n) / ++n]] };
    },
    INPUT,
  ],
  ['counts over all instances', yielding(() => everAsked++), INPUT],
  ['looks at the first sample', yielding((c) => nll({ ...c, labels: c.labels.subarray(0, 1) })), ORDER],
  [
    'counts neighbours',
    yielding((c) => {
      const top = rowsOf(c).map(topClass);
      return top.filter((k, i) => k === top[i - 1]).length;
    }),
    ORDER,
  ],
  ['measures raw logits', yielding((c) => mean(Float64Array.from(c.logits))), SHIFT],
];
test.each(broken)('one that %s is found', async (_, create, check) => {
  expect(await brokenChecks(evaluatorChecks(create, ['m']))).toContain(check);
});
