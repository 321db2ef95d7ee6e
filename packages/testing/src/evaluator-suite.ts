import { createRandom, type EvalContext, type Evaluator } from '@cairn/core';
import { expect } from 'vitest';
import { testChecks, type Check } from './checks.ts';

const [SIZE, CLASSES] = [40, 6];
const inOrder = Int32Array.from({ length: SIZE }, (_, i) => i);

/** What holds for every evaluator. `names` are the metrics that it yields where a reference is there. */
export function testEvaluator(name: string, create: () => Evaluator, names: readonly string[]): void {
  testChecks(`evaluator ${name}`, evaluatorChecks(create, names));
}

/** The checks of `testEvaluator`. */
export function evaluatorChecks(create: () => Evaluator, names: readonly string[]): readonly Check[] {
  const measure = (context: EvalContext) => [...create().evaluate(context)];
  const expectClose = (context: EvalContext, digits: number) => {
    const measured = measure(context);
    measure(contextOf(inOrder)).forEach(([metric, value], i) => {
      expect(measured[i]?.[0]).toBe(metric);
      expect(measured[i]?.[1]).toBeCloseTo(value, digits);
    });
  };
  const expectFinite = (context: EvalContext) =>
    expect(measure(context).filter(([, value]) => !Number.isFinite(value))).toEqual([]);
  return [
    {
      name: 'yields finite numbers under its names, each once',
      run: () => {
        const context = contextOf(inOrder);
        expect(measure(context).map(([metric]) => metric)).toEqual(names);
        expectFinite(context);
        expect(names.every((metric) => /^[a-z][a-z0-9.-]*$/.test(metric))).toBe(true);
      },
    },
    {
      name: 'yields some of its names, or none, where there is no teacher',
      run: () => {
        const { reference: _, ...alone } = contextOf(inOrder);
        expectFinite(alone);
        const yielded = measure(alone).map(([metric]) => metric);
        expect(yielded).toEqual(names.filter((metric) => yielded.includes(metric)));
      },
    },
    {
      name: 'says whether it needs the reference',
      run: () => {
        const { reference: _, ...alone } = contextOf(inOrder);
        const text = (context: EvalContext) => JSON.stringify(measure(context));
        const looks = text(alone) !== text(contextOf(inOrder));
        expect(create().needsReference ?? false).toBe(looks);
      },
    },
    {
      name: 'stays finite on one sample, and where the network is sure',
      run: () => {
        expectFinite(contextOf(Int32Array.of(3)));
        const { logits, reference = logits, ...context } = contextOf(inOrder);
        const sure = (z: number) => 300 * z;
        expectFinite({ ...context, logits: logits.map(sure), reference: reference.map(sure) });
      },
    },
    {
      name: 'leaves its input alone and repeats its answer',
      run: () => {
        const context = contextOf(inOrder);
        const evaluator = create();
        const first = [...evaluator.evaluate(context)];
        expect([...evaluator.evaluate(context)]).toEqual(first);
        expect(context).toEqual(contextOf(inOrder));
      },
    },
    {
      name: 'does not depend on the order of the samples',
      run: () => expectClose(contextOf(createRandom(9).at('testing/order').permutation(SIZE)), 12),
    },
    {
      name: 'does not depend on a shift of all logits of a sample',
      run: () => {
        const context = contextOf(inOrder);
        // A power of two that float32 adds to these logits with an error far below the tolerance.
        expectClose({ ...context, logits: context.logits.map((z) => z + 4) }, 5);
      },
    },
  ];
}

/** Drawn logits, labels and a reference, the samples in this order. */
function contextOf(order: Int32Array): EvalContext {
  const stream = createRandom(2).at('testing/logits');
  const draw = () =>
    Array.from({ length: SIZE }, () => Array.from({ length: CLASSES }, () => stream.normal()));
  const [logits, reference] = [draw(), draw()];
  const rows = <T>(values: readonly T[]) => Array.from(order, (i) => values[i] as T);
  const labels = Array.from({ length: SIZE }, () => stream.below(CLASSES));
  return {
    logits: Float32Array.from(rows(logits).flat()),
    labels: Int32Array.from(rows(labels)),
    classes: CLASSES,
    reference: Float32Array.from(rows(reference).flat()),
  };
}
