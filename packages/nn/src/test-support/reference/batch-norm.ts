/** PyTorch's BatchNorm over all axes but the last, with or without a ReLU behind it. */
import { at, increase, input, setting, type Arrays64, type Call64, type Reference64 } from './value.ts';

interface Statistics {
  readonly mean: Float64Array;
  /** Biased. */
  readonly variance: Float64Array;
}

const channelsOf = (call: Call64): number => input(call).shape.at(-1) ?? 1;
const epsilonOf = (call: Call64): number => setting(call, 'epsilon', 1e-5);

function statistics(call: Call64): Statistics {
  const { data } = input(call);
  const channels = channelsOf(call);
  const count = data.length / channels;
  const mean = new Float64Array(channels),
    variance = new Float64Array(channels);
  data.forEach((x, i) => increase(mean, i % channels, x / count));
  data.forEach((x, i) => increase(variance, i % channels, (x - at(mean, i % channels)) ** 2 / count));
  return { mean, variance };
}

function normalised(call: Call64, { mean, variance }: Statistics): Float64Array {
  const channels = channelsOf(call);
  return input(call).data.map(
    (x, i) => (x - at(mean, i % channels)) / Math.sqrt(at(variance, i % channels) + epsilonOf(call)),
  );
}

function scaled({ arrays, attributes }: Call64, z: Float64Array): Float64Array {
  const channels = arrays['gamma']?.length ?? 1;
  const y = z.map((v, i) => v * at(arrays['gamma'], i % channels) + at(arrays['beta'], i % channels));
  return attributes['relu'] === true ? y.map((v) => Math.max(0, v)) : y;
}

function movedBuffers(call: Call64, { mean, variance }: Statistics): Arrays64 {
  const { runningMean, runningVariance, batches } = call.arrays;
  const share = setting(call, 'momentum', 0.1);
  const count = input(call).data.length / mean.length;
  const unbiased = count > 1 ? count / (count - 1) : 1;
  return {
    runningMean: mean.map((m, c) => (1 - share) * at(runningMean, c) + share * m),
    runningVariance: variance.map((v, c) => (1 - share) * at(runningVariance, c) + share * v * unbiased),
    batches: Float64Array.of(at(batches, 0) + 1),
  };
}

export const batchNorm: Reference64 = {
  train(call) {
    const found = statistics(call);
    const value = { shape: input(call).shape, data: scaled(call, normalised(call, found)) };
    return { value, buffers: movedBuffers(call, found) };
  },
  infer(call) {
    const { runningMean = new Float64Array(), runningVariance = new Float64Array() } = call.arrays;
    const z = normalised(call, { mean: runningMean, variance: runningVariance });
    return { shape: input(call).shape, data: scaled(call, z) };
  },
  /** With g = dy·gamma: dx = (g − mean(g) − z·mean(g·z))/√(variance + ε). */
  backward(call, dy) {
    const found = statistics(call);
    const z = normalised(call, found);
    const y = scaled(call, z);
    const open = dy.map((d, i) => (call.attributes['relu'] === true && at(y, i) <= 0 ? 0 : d));
    const channels = channelsOf(call);
    const gamma = new Float64Array(channels),
      beta = new Float64Array(channels);
    open.forEach((d, i) => {
      increase(gamma, i % channels, d * at(z, i));
      increase(beta, i % channels, d);
    });
    const count = dy.length / channels;
    const dx = open.map((d, i) => {
      const c = i % channels;
      const scale = at(call.arrays['gamma'], c) / Math.sqrt(at(found.variance, c) + epsilonOf(call));
      return scale * (d - at(beta, c) / count - (at(z, i) * at(gamma, c)) / count);
    });
    return { inputs: [dx], arrays: { gamma, beta } };
  },
};
