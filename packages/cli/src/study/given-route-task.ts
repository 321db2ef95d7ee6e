/** The task of a teacher that is given: its converged state is measured once, so that the table has its row. */
import { RunError, type RunRecord } from '@cairn/core';
import { BatchMaker, carve, evaluate, type PlannedRoute, type RunResult } from '@cairn/engine';
import { countCost } from '@cairn/nn';
import { loadAnchor } from '@cairn/route';
import { Journal } from '@cairn/tracking';
import { NodeStore } from '../files/index.ts';
import { counted, percent } from '../format.ts';
import { headerRecords, JOURNAL } from './header.ts';
import { describe, type WorkerGround } from './worker.ts';

/** Returns a line for people. */
export async function workOnGivenRoute(ground: WorkerGround, route: PlannedRoute): Promise<string> {
  const { places } = ground;
  const store = new NodeStore(`${places.routes.location}/${route.routeId}`);
  await describe(ground, store, route.spec, { config: route.routeId });
  const begin = Date.now();
  const result = await measured(ground, route);
  const journal = await Journal.open(store, JOURNAL);
  journal.rewindTo(0);
  const header = {
    name: route.id,
    hash: route.routeId,
    spec: route.spec,
    tags: { 'cairn.teacher': 'given' },
  };
  for (const record of headerRecords(ground, header)) journal.record(record);
  const seconds = (Date.now() - begin) / 1000;
  journal.record({ type: 'result', result: { ...result, seconds } } as unknown as RunRecord);
  journal.record({ type: 'run_end', status: 'FINISHED', endTime: Date.now() });
  await journal.flush();
  const anchors = counted(route.expected.anchors.length, 'anchor');
  return `given   test ${percent(result.last['test/top1'])}   ${anchors}`;
}

/** Costs are those of a training of as many epochs on every training image. */
async function measured(ground: WorkerGround, { expected, spec }: PlannedRoute): Promise<RunResult> {
  const { registry, backend, splits, places } = ground;
  const converged = expected.anchors.at(-1);
  if (converged === undefined)
    throw new RunError('CAIRN_PLAN_DAMAGED', `route ${expected.id} has no anchors`);
  const graph = registry.create(spec.model).graph(splits.spec);
  const network = backend.compile(graph, { taps: [], train: false });
  const evaluators = spec.evaluators.map((e) => registry.create(e));
  try {
    network.load({
      weights: await loadAnchor(places.routes, expected, converged.id),
      optimizer: {},
      updates: 0,
    });
    const { train, test } = splits;
    const { held } = carve(train.labels, spec.validation.fraction, spec.validation.seed);
    const sets = [
      { phase: 'val', split: train, rows: held },
      { phase: 'test', split: test, rows: Int32Array.from({ length: test.size }, (_, i) => i) },
    ] as const;
    const last: Record<string, number> = {};
    for (const { phase, split, rows } of sets) {
      if (rows.length === 0) continue;
      const batches = new BatchMaker(split, splits.spec.input);
      Object.assign(
        last,
        await evaluate(network, evaluators, { phase, batches, rows, labels: split.labels }),
      );
    }
    const { epoch, sha256 } = converged;
    const images = Math.round(epoch * train.size);
    const cost = { images, student: 3 * images * countCost(graph).forward, teacher: 0, search: 0 };
    return {
      last,
      best: { epoch, metrics: last },
      weightsSha256: sha256,
      stages: [],
      epochs: epoch,
      cost,
      seconds: 0,
    };
  } finally {
    network.dispose();
  }
}
