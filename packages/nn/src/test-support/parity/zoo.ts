/**
 * Small graphs of the convolutional families and of what is rare: together they use every operation. Executors are
 * held to the float64 reference on them, see `parity.ts`.
 */
import type { NetworkGraph } from '@cairn/core';
import { graphBuilder, type GraphBuilder, type Value } from '../../graph/builder.ts';

export interface ParityCase {
  readonly name: string;
  readonly graph: NetworkGraph;
  readonly batch: number;
}

/** A graph over images of a size, closed by `logits`. */
export function write(
  [height, width, channels]: readonly [number, number, number],
  body: (b: GraphBuilder, x: Value) => Value,
): NetworkGraph {
  const zeros = Array.from({ length: channels }, () => 0);
  const input = { kind: 'image', height, width, channels, mean: zeros, std: zeros.map(() => 1) } as const;
  const b = graphBuilder({ input, classes: 3 });
  b.output('logits', body(b, b.input));
  return b.build();
}

interface Layer {
  readonly channels: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** Convolution that keeps the size (but for its stride), and batch normalisation. */
function convNorm(
  b: GraphBuilder,
  id: string,
  x: Value,
  { channels, kernel = 1, stride = 1, groups = 1 }: Layer,
) {
  const padding = (kernel - 1) / 2;
  return b.batchNorm(`${id}.bn`, b.conv2d(`${id}.conv`, x, { channels, kernel, stride, padding, groups }));
}

function head(b: GraphBuilder, x: Value): Value {
  return b.linear('fc', b.output('embedding', b.globalAveragePool('pool', x)), { units: 3 });
}

const channelsOf = (x: Value): number => x.shape.at(-1) ?? 0;

/** He et al., arXiv 1512.03385: with taps before and after the last ReLU, as RepDistiller has them. */
function basicBlock(b: GraphBuilder, id: string, x: Value, channels: number, stride: number): Value {
  const first = b.relu(`${id}.relu1`, convNorm(b, `${id}.1`, x, { channels, kernel: 3, stride }));
  const main = convNorm(b, `${id}.2`, first, { channels, kernel: 3 });
  const same = stride === 1 && channelsOf(x) === channels;
  const side = same ? x : convNorm(b, `${id}.down`, x, { channels, stride });
  const sum = b.tap(`${id}.pre`, b.add(`${id}.sum`, [main, side]));
  return b.tap(id, b.relu(`${id}.relu2`, sum));
}

function bottleneck(b: GraphBuilder, id: string, x: Value, width: number, stride: number): Value {
  const narrow = b.relu(`${id}.relu1`, convNorm(b, `${id}.1`, x, { channels: width }));
  const middle = b.relu(
    `${id}.relu2`,
    convNorm(b, `${id}.2`, narrow, { channels: width, kernel: 3, stride }),
  );
  const main = convNorm(b, `${id}.3`, middle, { channels: 4 * width });
  const side = convNorm(b, `${id}.down`, x, { channels: 4 * width, stride });
  return b.tap(id, b.relu(`${id}.relu3`, b.add(`${id}.sum`, [main, side])));
}

/** Sandler et al., arXiv 1801.04381, section 3.4. */
function invertedResidual(b: GraphBuilder, id: string, x: Value, channels: number, stride: number): Value {
  const wide = 3 * channelsOf(x);
  const grown = b.relu6(`${id}.relu1`, convNorm(b, `${id}.1`, x, { channels: wide }));
  const spread = convNorm(b, `${id}.2`, grown, { channels: wide, kernel: 3, stride, groups: wide });
  const shrunk = convNorm(b, `${id}.3`, b.relu6(`${id}.relu2`, spread), { channels });
  const kept = stride === 1 && channels === channelsOf(x);
  return b.tap(id, kept ? b.add(`${id}.sum`, [x, shrunk]) : shrunk);
}

/** Zhang et al., arXiv 1707.01083, figure 2 (b) and, with stride 2, (c). */
function shuffleUnit1(b: GraphBuilder, id: string, x: Value, groups: number, stride: number): Value {
  const channels = channelsOf(x);
  const grouped = b.relu(`${id}.relu1`, convNorm(b, `${id}.1`, x, { channels: 2 * groups, groups }));
  const dealt = b.channelShuffle(`${id}.shuffle`, grouped, { groups });
  const spread = convNorm(b, `${id}.2`, dealt, {
    channels: 2 * groups,
    kernel: 3,
    stride,
    groups: 2 * groups,
  });
  const main = convNorm(b, `${id}.3`, spread, { channels, groups });
  if (stride === 1) return b.tap(id, b.relu(`${id}.relu2`, b.add(`${id}.sum`, [main, x])));
  const side = b.averagePool(`${id}.side`, x, { kernel: 3, stride: 2, padding: 1 });
  return b.tap(id, b.relu(`${id}.relu2`, b.concat(`${id}.cat`, [main, side])));
}

/** Ma et al., arXiv 1807.11164, figure 3 (c) and, with stride 2, (d). */
function shuffleUnit2(b: GraphBuilder, id: string, x: Value, stride: number): Value {
  const half = channelsOf(x) / 2;
  const branch = (name: string, from: Value, wide: boolean): Value => {
    const entered = wide
      ? b.relu(`${id}.${name}.relu1`, convNorm(b, `${id}.${name}1`, from, { channels: half }))
      : from;
    const channels = channelsOf(entered);
    const spread = convNorm(b, `${id}.${name}2`, entered, { channels, kernel: 3, stride, groups: channels });
    return b.relu(`${id}.${name}.relu2`, convNorm(b, `${id}.${name}3`, spread, { channels: half }));
  };
  const [left, right] =
    stride === 1
      ? [
          b.slice(`${id}.left`, x, { to: half }),
          branch('b', b.slice(`${id}.right`, x, { from: half, to: 2 * half }), true),
        ]
      : [branch('a', x, false), branch('b', x, true)];
  return b.tap(id, b.channelShuffle(`${id}.shuffle`, b.concat(`${id}.cat`, [left, right]), { groups: 2 }));
}

const resNet = write([8, 8, 3], (b, x) => {
  const stem = b.relu('relu', convNorm(b, 'stem', x, { channels: 8, kernel: 3 }));
  return head(b, basicBlock(b, 'f2', basicBlock(b, 'f1', stem, 8, 1), 16, 2));
});

const imageNetResNet = write([17, 15, 3], (b, x) => {
  const stem = b.relu('relu', convNorm(b, 'stem', x, { channels: 6, kernel: 7, stride: 2 }));
  const pooled = b.tap('f0', b.maxPool('maxpool', stem, { kernel: 3, stride: 2, padding: 1 }));
  return head(b, bottleneck(b, 'f1', pooled, 3, 2));
});

const mobileNet = write([7, 5, 3], (b, x) => {
  const stem = b.relu6('relu', convNorm(b, 'stem', x, { channels: 4, kernel: 3 }));
  return head(b, invertedResidual(b, 'f2', invertedResidual(b, 'f1', stem, 4, 1), 6, 2));
});

const shuffleNet1 = write([8, 6, 3], (b, x) => {
  const stem = b.relu('relu', convNorm(b, 'stem', x, { channels: 6 }));
  return head(b, shuffleUnit1(b, 'f2', shuffleUnit1(b, 'f1', stem, 3, 2), 3, 1));
});

const shuffleNet2 = write([7, 9, 3], (b, x) => {
  const stem = b.relu('relu', convNorm(b, 'stem', x, { channels: 4, kernel: 3 }));
  return head(b, shuffleUnit2(b, 'f2', shuffleUnit2(b, 'f1', stem, 2), 1));
});

const vgg = write([7, 5, 1], (b, x) => {
  const layer = (id: string, from: Value, channels: number) =>
    b.relu(`${id}.relu`, b.conv2d(id, from, { channels, kernel: 3, padding: 1, bias: true }));
  const first = b.tap('f0', b.maxPool('pool1', layer('conv2', layer('conv1', x, 4), 4), { kernel: 2 }));
  const second = b.globalAveragePool('pool2', layer('conv3', first, 8));
  return b.linear('fc2', b.relu('relu', b.linear('fc1', second, { units: 5 })), { units: 3 });
});

/** Zagoruyko & Komodakis, arXiv 1605.07146: normalised before the convolution; a ReLU's value read twice. */
const wideResNet = write([8, 4, 3], (b, x) => {
  const stem = b.conv2d('conv1', x, { channels: 4, kernel: 3, padding: 1 });
  const open = b.relu('b.relu1', b.batchNorm('b.bn1', stem));
  const first = b.conv2d('b.conv1', open, { channels: 6, kernel: 3, stride: 2, padding: 1 });
  const inner = b.relu('b.relu2', b.batchNorm('b.bn2', first));
  const main = b.conv2d('b.conv2', inner, { channels: 6, kernel: 3, padding: 1 });
  const side = b.conv2d('b.short', open, { channels: 6, kernel: 1, stride: 2 });
  const sum = b.tap('f1', b.add('b.sum', [main, side]));
  return head(b, b.relu('relu', b.batchNorm('bn', sum)));
});

/** One input and three branches; values read twice by one node; nodes that lead nowhere; taps of everything. */
const branches = write([6, 7, 3], (b, x) => {
  b.tap('input', x);
  const left = b.conv2d('left', x, { channels: 6, kernel: 5, stride: 3, padding: 2, groups: 3, bias: true });
  const middle = b.averagePool('middle', x, { kernel: 3, stride: 3, padding: 1, countIncludePad: false });
  const right = b.maxPool('right', b.add('twice', [x, x]), { kernel: 3, stride: 3, padding: 1 });
  b.relu('nowhere', b.conv2d('unused', x, { channels: 2, kernel: 1, bias: true }));
  const all = b.concat('cat', [left, b.tap('middle', middle), right, middle]);
  b.tap('again', b.tap('cat', all));
  const vector = b.output('embedding', b.globalAveragePool('pool', all));
  const part = b.relu6('part6', b.slice('part', vector, { from: 2, to: 9 }));
  const norm = b.batchNorm('norm', b.linear('fc1', b.concat('vectors', [part, vector]), { units: 4 }));
  const mixed = b.add('mixed', [b.relu('open', norm), norm]);
  return b.linear('fc', b.tap('mixed', mixed), { units: 3, bias: false });
});

const settings = write([5, 7, 2], (b, x) => {
  const depthwise = b.conv2d('dw', x, { channels: 6, kernel: 3, padding: 2, groups: 2, bias: true });
  const norm = b.batchNorm('bn1', depthwise, { epsilon: 1e-3, momentum: 0.01 });
  const cut = b.slice('cut', b.relu('relu', norm), { from: 1, to: 5 });
  const pooled = b.averagePool('avg', cut, { kernel: 2, stride: 1, padding: 1 });
  const small = b.averagePool('small', pooled, { kernel: 4, padding: 2, countIncludePad: false });
  const norm2 = b.batchNorm('bn2', b.conv2d('wide', small, { channels: 9, kernel: 1 }), { momentum: 1 });
  return head(b, b.relu6('relu6', b.channelShuffle('deal', norm2, { groups: 3 })));
});

const single = write([5, 3, 1], (b, x) => {
  const y = b.relu('relu', convNorm(b, 'conv', x, { channels: 1, kernel: 3 }));
  return head(b, y);
});

const linearOnly = write([1, 1, 4], (b, x) => b.linear('fc', b.globalAveragePool('pool', x), { units: 3 }));

export const parityZoo: readonly ParityCase[] = [
  { name: 'ResNet', graph: resNet, batch: 4 },
  { name: 'ResNet, stem with a pool, bottleneck', graph: imageNetResNet, batch: 3 },
  { name: 'MobileNetV2', graph: mobileNet, batch: 3 },
  { name: 'ShuffleNetV1', graph: shuffleNet1, batch: 2 },
  { name: 'ShuffleNetV2', graph: shuffleNet2, batch: 2 },
  { name: 'VGG, one channel, one image', graph: vgg, batch: 1 },
  { name: 'WRN', graph: wideResNet, batch: 3 },
  { name: 'three branches', graph: branches, batch: 9 },
  { name: 'rare settings', graph: settings, batch: 5 },
  { name: 'one channel, one image, batch norm', graph: single, batch: 1 },
  { name: 'a linear layer', graph: linearOnly, batch: 2 },
];
