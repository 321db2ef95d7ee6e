import { createRandom } from '@cairn/core';
import { countCost, initialState, hashWeights, TfjsNetwork, softmaxCeKl } from '@cairn/nn';
import { activateWasm } from '@cairn/backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { resnetGraph, resnetOptions } from './index.ts';
const task = { input: { kind: 'image', height: 32, width: 32, channels: 3, mean: [0,0,0], std: [1,1,1] }, classes: 100 } as const;
const want: Record<string, number> = { 8: 83892, 14: 181108, 20: 278324, 32: 472756, 44: 667188, 56: 861620, 110: 1736564 };
for (const d of Object.keys(want)) { const c = countCost(resnetGraph(task, resnetOptions.parse({ depth: Number(d) }))); console.log(d, c, c.parameters === want[d]); }
for (const d of [8, 32]) console.log(d, countCost(resnetGraph(task, resnetOptions.parse({ depth: d, widen: 4 }))));
console.log(await activateWasm());
const depth = Number(process.argv[2] ?? 20);
const g = resnetGraph(task, resnetOptions.parse({ depth }));
const s = initialState(g, createRandom(1));
console.log(await hashWeights(s.weights));
const net = new TfjsNetwork(g, { taps: [], train: true });
net.load(s);
const B = 64;
const x = tf.randomNormal([B, 32, 32, 3], 0, 1, 'float32', 7);
const labels = tf.tensor1d(Array.from({ length: B }, (_, i) => i), 'int32');
const rule = { name: 'sgd', learningRate: 0.05, momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 5e-4 } as const;
let times = { f: 0, l: 0, b: 0, u: 0 };
const step = () => {
  const t0 = performance.now();
  const out = net.forward({ x });
  const t1 = performance.now();
  const { value, grads } = (() => { const r = tf.tidy(() => { const vg = tf.valueAndGrad((z) => softmaxCeKl(z as tf.Tensor2D, { labels }).total)(out['logits']!); return [vg.value, vg.grad]; }) as tf.Tensor[]; return { value: r[0]!, grads: r[1]! }; })();
  const t2 = performance.now();
  net.backward({ logits: grads });
  const t3 = performance.now();
  net.update(rule, 0.05);
  const t4 = performance.now();
  const v = value.dataSync()[0]!;
  value.dispose(); grads.dispose(); for (const o of Object.values(out)) o.dispose();
  times.f += t1 - t0; times.l += t2 - t1; times.b += t3 - t2; times.u += t4 - t3;
  return v;
};
for (let i = 0; i < 3; i++) console.log(step(), tf.memory().numTensors);
times = { f: 0, l: 0, b: 0, u: 0 };
const n = 10; const t = performance.now();
for (let i = 0; i < n; i++) step();
const per = (performance.now() - t) / n;
console.log(`${per.toFixed(1)} ms, ${(B / per * 1000).toFixed(1)} img/s`, times, tf.memory().numTensors);
const ti = performance.now();
for (let i = 0; i < 5; i++) { const o = await net.infer({ x }); o['logits']!.dataSync(); for (const t of Object.values(o)) t.dispose(); }
console.log('infer img/s', 5 * B / (performance.now() - ti) * 1000, tf.memory().numTensors);
if (process.argv[3]) { const p = await tf.profile(() => { step(); }); const m = new Map<string, number[]>(); for (const k of p.kernels) { const e = m.get(k.name) ?? [0, 0]; e[0]!++; e[1]! += Number(k.kernelTimeMs); m.set(k.name, e as number[]); } console.log([...m].sort((a, b) => b[1][1]! - a[1][1]!).slice(0, 20)); }
net.dispose(); console.log(tf.memory().numTensors);
