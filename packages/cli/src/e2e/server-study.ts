/** A study's results from an MLflow server alone, without any file of `.cairn`. For tests. */
import { readOutcomes } from '@cairn/engine';
import type { MlflowClient, Run } from 'mlflow-js-client';
import {
  compareStudy,
  type Comparison,
  type ConditionResult,
  type RunOutcomes,
  type RunResult,
  type StudyResult,
} from '@cairn/report';

/** All runs of an experiment, by name. */
export async function runsOf(client: MlflowClient, experiment: string): Promise<readonly Run[]> {
  const found = await client.experiments.getByName(experiment);
  const runs: Run[] = [];
  for await (const run of client.runs.searchAll([found?.experimentId ?? ''])) runs.push(run);
  return runs.sort((a, b) => a.name.localeCompare(b.name));
}

/** What `cairn compare` would say, had it only the server: metrics of the runs, their results and predictions. */
export async function compareFromServer(client: MlflowClient, runs: readonly Run[]): Promise<Comparison> {
  const parent = runs.find(({ tags }) => tags['cairn.role'] === 'study');
  if (parent === undefined) throw new Error('no parent run');
  // What was asked; the numbers are those of the runs.
  const asked = JSON.parse(await textOf(client, parent, 'results.json')) as StudyResult;
  const outcomes = new Map<string, RunOutcomes>();
  const students = runs.filter(({ tags }) => tags['cairn.role'] === 'student');
  const conditions: ConditionResult[] = [];
  for (const { name, control } of asked.conditions) {
    const found: RunResult[] = [];
    for (const run of students.filter(({ tags }) => tags['cairn.condition'] === name)) {
      found.push(await resultOf(client, run));
      const bytes = await client.artifacts.download(run, 'test-last.safetensors');
      outcomes.set(run.runId, await readOutcomes(bytes, run.name));
    }
    conditions.push({ name, ...(control === undefined ? {} : { control }), runs: found });
  }
  return compareStudy({ ...asked, conditions }, undefined, ({ folder }) => outcomes.get(folder));
}

/** Accuracy, likelihood and KL from the metrics; what has no series of its own from `result.json`. */
async function resultOf(client: MlflowClient, run: Run): Promise<RunResult> {
  const { last, cost, epochs } = JSON.parse(await textOf(client, run, 'result.json')) as {
    readonly last: Readonly<Record<string, number>>;
    readonly cost: Readonly<Record<'images' | 'student' | 'teacher' | 'search', number>>;
    readonly epochs: number;
  };
  const metrics: Record<string, number> = { ...last };
  for (const name of ['top1', 'nll', 'kl']) {
    const metric = run.metrics[`final/${name}`];
    if (metric === undefined) throw new Error(`${run.name}: no final/${name}`);
    metrics[`test/${name}`] = metric.value;
  }
  const at = { epoch: epochs, metrics };
  return {
    seed: Number(run.tags['cairn.seed']),
    teacherSeed: Number(run.tags['cairn.teacher_seed']),
    ...{ stages: [], decisions: [], last: at, best: at, weightsSha256: run.tags['cairn.weights'] ?? '' },
    ...{ studentEpochs: epochs, images: cost.images, wallSeconds: 0, reused: false, folder: run.runId },
    multiplyAdds: cost.student + cost.teacher + cost.search,
  };
}

async function textOf(client: MlflowClient, run: Run, path: string): Promise<string> {
  return new TextDecoder().decode(await client.artifacts.download(run, path));
}
