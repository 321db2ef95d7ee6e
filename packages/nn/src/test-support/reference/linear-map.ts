/** Operations whose results are weighted sums of their inputs: the forward weights are the backward ones. */
import { at, imageShape, increase, input, setting, size, type Call64, type Reference64 } from './value.ts';

/** `result` gets `weight` × number `index` of input `from`. */
type Visit = (result: number, from: number, index: number, weight: number) => void;

interface LinearMap {
  readonly shape: (call: Call64) => readonly number[];
  readonly each: (call: Call64, visit: Visit) => void;
}

function reference({ shape, each }: LinearMap): Reference64 {
  const infer = (call: Call64) => {
    const result = shape(call);
    const data = new Float64Array(size(result));
    each(call, (o, from, i, weight) => increase(data, o, weight * at(call.inputs[from]?.data, i)));
    return { shape: result, data };
  };
  return {
    infer,
    train: (call) => ({ value: infer(call) }),
    backward(call, dy) {
      const inputs = call.inputs.map(({ data }) => new Float64Array(data.length));
      each(call, (o, from, i, weight) => {
        const gradient = inputs[from];
        if (gradient !== undefined) increase(gradient, i, weight * at(dy, o));
      });
      return { inputs, arrays: {} };
    },
  };
}

const add: LinearMap = {
  shape: (call) => input(call).shape,
  each(call, visit) {
    input(call).data.forEach((_, i) => {
      visit(i, 0, i, 1);
      visit(i, 1, i, 1);
    });
  },
};

const concat: LinearMap = {
  shape: ({ inputs }) => [
    ...(inputs[0]?.shape.slice(0, -1) ?? []),
    inputs.reduce((n, v) => n + (v.shape.at(-1) ?? 0), 0),
  ],
  each(call, visit) {
    const total = concat.shape(call).at(-1) ?? 0;
    let first = 0;
    call.inputs.forEach(({ shape, data }, from) => {
      const channels = shape.at(-1) ?? 0;
      data.forEach((_, i) => visit(Math.floor(i / channels) * total + first + (i % channels), from, i, 1));
      first += channels;
    });
  },
};

const slice: LinearMap = {
  shape: (call) => [...input(call).shape.slice(0, -1), setting(call, 'to') - setting(call, 'from', 0)],
  each(call, visit) {
    const channels = input(call).shape.at(-1) ?? 0;
    const [from, to] = [setting(call, 'from', 0), setting(call, 'to')];
    input(call).data.forEach((_, i) => {
      const c = i % channels;
      if (c >= from && c < to) visit(Math.floor(i / channels) * (to - from) + c - from, 0, i, 1);
    });
  },
};

/** Channel j of part g comes to place j·groups + g. */
const channelShuffle: LinearMap = {
  shape: (call) => input(call).shape,
  each(call, visit) {
    const channels = input(call).shape.at(-1) ?? 0;
    const groups = setting(call, 'groups');
    const each = channels / groups;
    input(call).data.forEach((_, i) => {
      const c = i % channels;
      visit(i - c + (c % each) * groups + Math.floor(c / each), 0, i, 1);
    });
  },
};

const globalAveragePool: LinearMap = {
  shape(call) {
    const [batch, , , channels] = imageShape(input(call));
    return [batch, channels];
  },
  each(call, visit) {
    const [, height, width, channels] = imageShape(input(call));
    const area = height * width;
    input(call).data.forEach((_, i) =>
      visit(Math.floor(i / (area * channels)) * channels + (i % channels), 0, i, 1 / area),
    );
  },
};

export const linearMaps = {
  add: reference(add),
  concat: reference(concat),
  slice: reference(slice),
  channelShuffle: reference(channelShuffle),
  globalAveragePool: reference(globalAveragePool),
};
