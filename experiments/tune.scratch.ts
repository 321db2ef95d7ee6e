import { wasmBackend } from '@cairn/backend-wasm';
import { createRegistry, MemoryStore } from '@cairn/core';
import { trainRun } from '@cairn/engine';
import { plugins } from './plugins.ts';
import { textures } from '@cairn/dataset-textures';
import { resnet } from '@cairn/model-resnet';
import { supervised } from '@cairn/curriculum-supervised';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { cropFlip } from '@cairn/augmentation-crop-flip';
import { topK } from '@cairn/evaluator-top-k';
const args = JSON.parse(process.argv[2] ?? '{}');
const registry = createRegistry(plugins);
const backend = wasmBackend();
const { numerics } = await backend.activate();
const t0 = performance.now();
const splits = await registry.create(textures({ size: 16, ...args.data })).open({ files: () => Promise.reject(new Error('no')) });
console.log('data', Math.round(performance.now() - t0), 'ms', splits.train.size, splits.test.size, splits.spec.classes);
class J { position = 0; record() {} rewindTo() {} flush() { return Promise.resolve(); } }
for (const seed of args.seeds ?? [0]) for (const [depth, width] of args.nets ?? [[20, 8], [8, 4]]) {
  const epochs = args.epochs ?? 12;
  const rows: string[] = [];
  const t = performance.now();
  const r = await trainRun({
    role: 'student', seed, model: resnet({ depth, width } as never), curriculum: supervised({ loss: crossEntropy() }),
    training: { epochs, optimizer: { name: 'sgd', learningRate: args.lr ?? 0.1, momentum: 0.9, dampening: 0, nesterov: false, weightDecay: 5e-4 }, schedule: { name: 'cosine', floor: 0, warmup: { epochs: 0 } } },
    augmentations: args.noaug ? [] : [cropFlip({ padding: 2 })], evaluators: [topK()], batch: args.batch ?? 64, validation: { fraction: 0.1, probe: 500, seed: 0 },
  } as never, { plugins: registry, backend, numerics, splits, store: new MemoryStore('x'), journal: new J() as never, header: [], cache: new MemoryStore('c'), stagesOf: () => [], observer: { progress: (p: any) => { if (p.metrics['val/top1'] !== undefined) rows.push(`${p.metrics['train/top1'].toFixed(2)}/${p.metrics['val/top1'].toFixed(2)}`); }, note() {} }, signal: new AbortController().signal, now: () => performance.now(), checkpointSeconds: 1e9, breathe: () => Promise.resolve() } as never);
  const s = (performance.now() - t) / 1000;
  console.log(`resnet${depth} w${width}`, 'test', r.last['test/top1']?.toFixed(3), s.toFixed(1), 's', Math.round(r.cost.images / s), 'img/s', rows.join(' '));
}
