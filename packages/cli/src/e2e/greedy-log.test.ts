/**
 * The log of a greedy run lets a reader work out every decision again. Everything but running the saved networks on
 * the held-out images is written down here a second time, from the policy's README, in plain float64.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wasmBackend } from '@cairn/backend-wasm';
import {
  createRandom,
  createRegistry,
  type Backend,
  type HostTensors,
  type PluginData,
  type Splits,
} from '@cairn/core';
import { textures } from '@cairn/dataset-textures';
import { BatchMaker, carve, predictLogits } from '@cairn/engine';
import { resnet } from '@cairn/model-resnet';
import { readSafetensors } from '@cairn/route';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunFile } from '../study/run-file.ts';
import { cairn, journalOf, onlyFolder, TINY } from './cairn-process.ts';

interface Numbers {
  readonly current: number;
  readonly slots: number;
  readonly limit: number;
  readonly floor: number;
  readonly candidates: readonly number[];
  readonly hardness: readonly number[];
  readonly bounds: readonly number[];
  readonly reach: number;
  readonly pace: number;
  readonly choice: number;
}

const home = mkdtempSync(join(tmpdir(), 'cairn-e2e-'));
const registry = createRegistry([textures, resnet]);
let run = '';
let route = '';
let file: RunFile;
let backend: Backend;
let splits: Splits;
/** Held-out log-probabilities [rows][classes] of each candidate. */
let candidates: readonly Float64Array[][];

beforeAll(async () => {
  const args = ['run', 'quickstart', ...TINY, '--only=rco-greedy', '--student.training.epochs=2'];
  // Six candidates, three slots: reach and pace both have something to say.
  const { code, err } = await cairn(home, [
    ...args,
    '--teacher.training.epochs=6',
    '--conditions.rco-greedy.curriculum.anchor-policy.anchors=3',
  ]);
  expect([code, err]).toEqual([0, '']);
  run = join(onlyFolder(home, 'runs', 'quickstart') ?? '', 'rco-greedy-t0-s0');
  route = onlyFolder(home, 'routes') ?? '';
  file = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8')) as RunFile;
  backend = wasmBackend();
  await backend.activate({ numerics: file.numerics });
  splits = await registry.create(file.dataset).open({ files: () => Promise.resolve(new Map()) });
  const steps = numbersOf(decisions()[0]).candidates;
  const teacher = file.route?.model ?? file.spec.model;
  candidates = await Promise.all(steps.map((step) => logProbabilities(teacher, anchorFile(step))));
}, 240_000);
afterAll(() => rmSync(home, { recursive: true }));

function anchorFile(step: number): string {
  return join(route, `step-${String(step).padStart(8, '0')}.safetensors`);
}

function decisions(): readonly Readonly<Record<string, unknown>>[] {
  return journalOf(run).filter((record) => record['type'] === 'anchor');
}

function numbersOf(decision: Readonly<Record<string, unknown>> | undefined): Numbers {
  return decision?.['numbers'] as Numbers;
}

/** log softmax of a saved network's logits on the held-out images. */
async function logProbabilities(model: PluginData<'model'>, weightsFile: string): Promise<Float64Array[]> {
  const weights: HostTensors = readSafetensors(
    new Uint8Array(readFileSync(weightsFile)),
    weightsFile,
  ).tensors;
  const network = backend.compile(registry.create(model).graph(splits.spec), { taps: [], train: false });
  network.load({ weights, optimizer: {}, updates: 0 });
  const { fraction, seed } = file.spec.validation;
  const { held } = carve(splits.train.labels, fraction, seed);
  const logits = await predictLogits(network, new BatchMaker(splits.train, splits.spec.input), held);
  network.dispose();
  const { classes } = splits.spec;
  return Array.from(held, (_, i) => {
    const row = Array.from(logits.subarray(i * classes, (i + 1) * classes));
    const most = Math.max(...row);
    const logSum = most + Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0));
    return Float64Array.from(row, (z) => z - logSum);
  });
}

/** KL(p ‖ q) of each sample, in nats. */
function kl(p: readonly Float64Array[], q: readonly Float64Array[]): number[] {
  return p.map((row, i) =>
    row.reduce((sum, logP, k) => sum + Math.exp(logP) * (logP - (q[i]?.[k] ?? NaN)), 0),
  );
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const highest = (values: readonly number[]): number[] =>
  values.map((_, j) => Math.max(...values.slice(0, j + 1)));

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return average([sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN]);
}

/** Lower one-sided 95 % bounds over 1000 resamplings of the held-out samples, all candidates with the same draws. */
function boundsOf(samples: readonly number[][], slot: number, floor: number): number[] {
  const random = createRandom(file.spec.seed);
  const ratios = Array.from({ length: 1000 }, (_, replicate) => {
    const stream = random.at('student/anchor-policy/greedy', slot, replicate);
    const drawn = (samples[0] ?? []).map(() => stream.below(samples[0]?.length ?? 0));
    const means = samples.map((values) => average(drawn.map((row) => values[row] ?? NaN)));
    return highest(means).map((h) => h / Math.max(means[0] ?? NaN, floor));
  });
  return samples.slice(1).map((_, j) => ratios.map((r) => r[j + 1] ?? NaN).sort((a, b) => a - b)[50] ?? NaN);
}

/** What the README says, for the student's weights when the decision was made. */
async function again(slot: number, current: number, slots: number): Promise<Omit<Numbers, 'candidates'>> {
  const weights = slot === 0 ? 'initial' : `stage-${slot}`;
  const student = await logProbabilities(file.spec.model, join(run, `weights/${weights}.safetensors`));
  const samples = candidates.map((candidate) => kl(candidate, student));
  const hardness = samples.map(average);
  const floor = middle(candidates.slice(1).map((next, j) => average(kl(candidates[j] ?? [], next))));
  const bounds = current === 0 ? [] : boundsOf(samples.slice(current - 1), slot, floor);
  const beyond = bounds.findIndex((bound) => bound > 1.8);
  const reach = current + (beyond < 0 ? bounds.length : beyond);
  const ahead = current === 0 ? [0, ...hardness] : hardness.slice(current - 1);
  const target = (ahead[0] ?? NaN) + (Math.max(...ahead) - (ahead[0] ?? NaN)) / slots;
  const pace = current + highest(ahead).findIndex((h, j) => j > 0 && h >= target - 1e-12);
  const last = candidates.length;
  const choice = slots === 1 ? last : Math.min(last, Math.max(current + 1, reach, pace));
  return { current, slots, limit: 1.8, floor, hardness, bounds, reach, pace, choice };
}

test('every decision of a greedy run follows from the saved weights', { timeout: 120_000 }, async () => {
  let current = 0;
  for (const [slot, decision] of decisions().entries()) {
    const logged = numbersOf(decision);
    const expected = await again(slot, current, 3 - slot);
    const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 9) as number);
    expect(logged).toEqual({
      ...expected,
      candidates: numbersOf(decisions()[0]).candidates,
      floor: expect.closeTo(expected.floor, 9) as number,
      hardness: close(expected.hardness),
      bounds: close(expected.bounds),
    });
    const step = logged.candidates[logged.choice - 1];
    expect(decision['anchors']).toMatchObject([{ step }]);
    current = logged.choice;
  }
  // It taught, and ended with the converged teacher.
  expect(decisions().length).toBeGreaterThan(1);
  expect(current).toBe(candidates.length);
});
