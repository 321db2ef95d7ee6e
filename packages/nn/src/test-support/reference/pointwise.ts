/** Number by number. */
import { at, input, type Call64, type Reference64 } from './value.ts';

function reference(f: (x: number) => number, slope: (x: number) => number): Reference64 {
  const infer = (call: Call64) => ({ shape: input(call).shape, data: input(call).data.map(f) });
  return {
    infer,
    train: (call) => ({ value: infer(call) }),
    backward: (call, dy) => ({
      inputs: [input(call).data.map((x, i) => at(dy, i) * slope(x))],
      arrays: {},
    }),
  };
}

export const pointwise = {
  relu: reference(
    (x) => Math.max(0, x),
    (x) => (x > 0 ? 1 : 0),
  ),
  relu6: reference(
    (x) => Math.min(6, Math.max(0, x)),
    (x) => (x > 0 && x < 6 ? 1 : 0),
  ),
};
