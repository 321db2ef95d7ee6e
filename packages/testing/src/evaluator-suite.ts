import { createRandom, type EvalContext, type Evaluator } from '@cairn/core';
import { describe, expect, test } from 'vitest';

const [SIZE, CLASSES] = [40, 6];

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

/** What holds for every evaluator. `names` are the metrics that it yields where a reference is there. */
export function testEvaluator(name: string, create: () => Evaluator, names: readonly string[]): void {
  const inOrder = Int32Array.from({ length: SIZE }, (_, i) => i);
  const measure = (context: EvalContext) => [...create().evaluate(context)];

  describe(`evaluator ${name}`, () => {
    test('yields finite numbers under its names, each once', () => {
      const measured = measure(contextOf(inOrder));
      expect(measured.map(([metric]) => metric)).toEqual(names);
      expect(measured.every(([, value]) => Number.isFinite(value))).toBe(true);
      expect(names.every((metric) => /^[a-z][a-z0-9.-]*$/.test(metric))).toBe(true);
    });

    test('leaves its input alone and repeats its answer', () => {
      const context = contextOf(inOrder);
      const evaluator = create();
      const first = [...evaluator.evaluate(context)];
      expect([...evaluator.evaluate(context)]).toEqual(first);
      expect(context).toEqual(contextOf(inOrder));
    });

    test('does not depend on the order of the samples', () => {
      const shuffled = measure(contextOf(createRandom(9).at('testing/order').permutation(SIZE)));
      measure(contextOf(inOrder)).forEach(([metric, value], i) => {
        expect(shuffled[i]?.[0]).toBe(metric);
        expect(shuffled[i]?.[1]).toBeCloseTo(value, 12);
      });
    });

    test('does not depend on a shift of all logits of a sample', () => {
      const context = contextOf(inOrder);
      // A power of two that float32 adds to these logits with an error far below the tolerance.
      const shifted = { ...context, logits: context.logits.map((z) => z + 4) };
      measure(context).forEach(([, value], i) => {
        expect(measure(shifted)[i]?.[1]).toBeCloseTo(value, 5);
      });
    });
  });
}
