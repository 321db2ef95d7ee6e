import { UsageError, type Evaluator, type Network, type Splits } from '@cairn/core';
import { BatchMaker, carve, evaluate, needReference, predictLogits, type EvaluationSet } from '@cairn/engine';
import { evalSpec } from '../args/specs.ts';
import type { Command } from '../command.ts';
import { print, printJson } from '../output.ts';
import { subjectOf, type Subject } from '../study/eval-subject.ts';
import { checkDigest, openSplits, startBackend } from '../study/ground.ts';
import { DEFAULT_BACKEND } from '../study/open-study.ts';

/** `cairn eval <run | route@step | file> [--study]` */
export const evaluation: Command<typeof evalSpec.flags> = {
  spec: evalSpec,
  async execute({ arguments: [what = ''], flags }, host) {
    const registry = await host.registry();
    const part = flags.split ?? 'test';
    if (part !== 'test' && part !== 'val') {
      throw new UsageError('CAIRN_OPTION_INVALID', `--split: got "${part}"`, {
        fix: 'test or val (default test)',
      });
    }
    const subject = await subjectOf(host, registry, what, flags.study);
    // As it was trained, unless another backend is asked for.
    const numerics = flags.backend === undefined ? subject.numerics : undefined;
    const { backend, info } = await startBackend(
      host,
      flags.backend ?? subject.backend ?? DEFAULT_BACKEND,
      numerics,
    );
    const splits = await openSplits(host, registry, subject.dataset, { fetch: false, say: () => undefined });
    if (subject.digest !== undefined) checkDigest(splits, subject.digest);
    const compile: Compile = (model) =>
      backend.compile(registry.create(model).graph(splits.spec), { taps: [], train: false });
    const evaluators = subject.evaluators.map((e) => registry.create(e));
    const set = await setOf(splits, subject, part, needReference(evaluators) ? compile : undefined);
    const metrics = await measure(subject, evaluators, set, compile);
    if (flags.json !== undefined)
      await printJson(host, flags.json, { what, numerics: info.numerics, metrics });
    if (flags.json === undefined || flags.json.file !== undefined) {
      print(
        host.out,
        Object.entries(metrics).map(([key, value]) => `${key.padEnd(16)} ${value.toPrecision(6)}`),
      );
    }
    return 0;
  },
};

type Compile = (model: Subject['model']) => Network;

async function measure(
  { model, weights }: Subject,
  evaluators: readonly Evaluator[],
  set: EvaluationSet,
  compile: Compile,
): Promise<Record<string, number>> {
  const network = compile(model);
  try {
    network.load({ weights, optimizer: {}, updates: 0 });
    return await evaluate(network, evaluators, set);
  } finally {
    network.dispose();
  }
}

/** The split, with the converged teacher's logits where there is one. @param compile undefined where nobody compares */
async function setOf(
  splits: Splits,
  { validation, teacher }: Subject,
  phase: 'test' | 'val',
  compile: Compile | undefined,
): Promise<EvaluationSet> {
  const split = phase === 'test' ? splits.test : splits.train;
  const batches = new BatchMaker(split, splits.spec.input);
  const rows =
    phase === 'test'
      ? Int32Array.from({ length: split.size }, (_, i) => i)
      : carve(split.labels, validation.fraction, validation.seed).held;
  const set = { phase, batches, rows, labels: split.labels };
  if (teacher === undefined || compile === undefined) return set;
  const network = compile(teacher.model);
  try {
    network.load({ weights: teacher.weights, optimizer: {}, updates: 0 });
    return { ...set, reference: await predictLogits(network, batches, rows) };
  } finally {
    network.dispose();
  }
}
