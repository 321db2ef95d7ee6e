import { dirname } from 'node:path';
import { RunError } from '@cairn/core';
import { taskSpec } from '../args/specs.ts';
import type { Command } from '../command.ts';
import { NodeStore } from '../files/index.ts';
import { placesIn } from '../study/places.ts';
import { checkDigest, openSplits, startBackend } from '../study/ground.ts';
import { workOnGivenRoute } from '../study/given-route-task.ts';
import { patientLock } from '../study/patient-lock.ts';
import { sampleSystem } from '../study/system-samples.ts';
import { readWork } from '../study/work-file.ts';
import { workOnRoute, workOnRun, type WorkerGround } from '../study/worker.ts';
import { encodeEvent, type StudyEvent } from '../terminal/events.ts';

/** `cairn task <plan> <run>`: one run in this process. */
export const task: Command<typeof taskSpec.flags> = {
  spec: taskSpec,
  async execute({ arguments: [planFile = '', id = ''], flags }, host) {
    const studyStore = new NodeStore(dirname(host.typedPath(planFile)));
    const work = await readWork(studyStore);
    const { plan } = work;
    const registry = await host.registry();
    const { backend } = await startBackend(host, work.backend, plan.numerics, flags.threads ?? 1);
    const splits = await openSplits(host, registry, plan.study.dataset, {
      fetch: false,
      say: () => undefined,
    });
    checkDigest(splits, plan.digest);
    const places = placesIn(host.home);
    const ground: WorkerGround = { host, work, places, studyStore, registry, backend, splits };
    const route = plan.routes.find((r) => r.id === id);
    const run = plan.runs.find((r) => r.id === id);
    const folder =
      route === undefined ? `${studyStore.location}/${id}` : `${places.routes.location}/${route.routeId}`;
    const say = (event: StudyEvent) => void host.out.write(`${encodeEvent(event)}\n`);
    const lock = await patientLock(
      `${folder}/owner.lock`,
      { what: id, command: host.typed },
      (pid) => say({ type: 'note', run: id, text: `waits for process ${pid}, which is at the same` }),
      host.signal,
    );
    if (lock === undefined) return 130;
    const sampling = sampleSystem(new NodeStore(folder));
    try {
      const text =
        route === undefined
          ? await workOnRun(ground, required(run, id))
          : await (route.given === true ? workOnGivenRoute : workOnRoute)(ground, route);
      say({ type: 'finished', run: id, text });
      return 0;
    } catch (error) {
      if (error instanceof RunError && error.code === 'CAIRN_INTERRUPTED') return 130;
      throw error;
    } finally {
      sampling.stop();
      lock.release();
    }
  },
};

function required<T>(value: T | undefined, id: string): T {
  if (value !== undefined) return value;
  throw new RunError('CAIRN_PLAN_DAMAGED', `no run ${id} in the plan`, { fix: 'run the study again' });
}
