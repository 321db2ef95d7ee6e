/** PyTorch's conv2d and linear, product by product. */
import { at, imageShape, increase, input, setting, size, type Call64, type Reference64 } from './value.ts';

/** result += x[i]·weight[w] */
type VisitProduct = (result: number, i: number, w: number) => void;

interface Products {
  readonly shape: (call: Call64) => readonly number[];
  readonly each: (call: Call64, visit: VisitProduct) => void;
}

function reference({ shape, each }: Products): Reference64 {
  const infer = (call: Call64) => {
    const result = shape(call);
    const channels = result.at(-1) ?? 0;
    const { weight, bias } = call.arrays;
    const data = Float64Array.from({ length: size(result) }, (_, o) =>
      bias === undefined ? 0 : at(bias, o % channels),
    );
    each(call, (o, i, w) => increase(data, o, at(input(call).data, i) * at(weight, w)));
    return { shape: result, data };
  };
  return {
    infer,
    train: (call) => ({ value: infer(call) }),
    backward(call, dy) {
      const { weight, bias } = call.arrays;
      const x = input(call).data;
      const dx = new Float64Array(x.length);
      const dw = new Float64Array(weight?.length ?? 0);
      each(call, (o, i, w) => {
        increase(dx, i, at(dy, o) * at(weight, w));
        increase(dw, w, at(dy, o) * at(x, i));
      });
      if (bias === undefined) return { inputs: [dx], arrays: { weight: dw } };
      const db = new Float64Array(bias.length);
      dy.forEach((d, o) => increase(db, o % db.length, d));
      return { inputs: [dx], arrays: { weight: dw, bias: db } };
    },
  };
}

const linear: Products = {
  shape: (call) => [input(call).shape[0] ?? 0, setting(call, 'units')],
  each(call, visit) {
    const [batch = 0, features = 0] = input(call).shape;
    const units = setting(call, 'units');
    for (let b = 0; b < batch; b++)
      for (let u = 0; u < units; u++)
        for (let f = 0; f < features; f++) visit(b * units + u, b * features + f, u * features + f);
  },
};

const conv2d: Products = {
  shape(call) {
    const [batch, height, width] = imageShape(input(call));
    const padding = setting(call, 'padding', 0);
    const side = (n: number) =>
      Math.floor((n + 2 * padding - setting(call, 'kernel')) / setting(call, 'stride', 1)) + 1;
    return [batch, side(height), side(width), setting(call, 'channels')];
  },
  each(call, visit) {
    const [, height, width, depth] = imageShape(input(call));
    const [batch = 0, rows = 0, columns = 0, channels = 0] = conv2d.shape(call);
    const [kernel, stride, padding] = [
      setting(call, 'kernel'),
      setting(call, 'stride', 1),
      setting(call, 'padding', 0),
    ];
    const groups = setting(call, 'groups', 1);
    const each = depth / groups;
    let result = 0;
    for (let b = 0; b < batch; b++)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          for (let o = 0; o < channels; o++, result++)
            for (let c = 0; c < each; c++)
              for (let k = 0; k < kernel * kernel; k++) {
                const y = row * stride - padding + Math.floor(k / kernel),
                  x = column * stride - padding + (k % kernel);
                if (y < 0 || y >= height || x < 0 || x >= width) continue;
                const channel = Math.floor(o / (channels / groups)) * each + c;
                const i = ((b * height + y) * width + x) * depth + channel;
                visit(result, i, (o * each + c) * kernel * kernel + k);
              }
  },
};

export const products = { conv2d: reference(conv2d), linear: reference(linear) };
