/** A student's run once more in a folder of its own: same plan entry and route, nothing of it taken from the first. */
import { mkdir, symlink } from 'node:fs/promises';
import { Writable } from 'node:stream';
import type { PlannedRun } from '@cairn/engine';
import type { Host } from '../command.ts';
import { NodeStore } from '../files/index.ts';
import { checkDigest, openSplits, startBackend } from '../study/ground.ts';
import { placesIn } from '../study/places.ts';
import type { WorkFile } from '../study/work-file.ts';
import { workOnRun } from '../study/worker.ts';
import { decodeLine } from '../terminal/events.ts';
import type { LiveTerminal } from '../terminal/live-terminal.ts';

export interface Repetition {
  readonly work: WorkFile;
  readonly run: PlannedRun;
  /** Where the first one lies. */
  readonly study: NodeStore;
  /** Receives the run as `study/<run>`, and its own cache. */
  readonly folder: string;
}

/** @throws CAIRN_BACKEND_NUMERICS, CAIRN_DATA_…, and what a run throws */
export async function repeatRun(host: Host, repetition: Repetition, live: LiveTerminal): Promise<void> {
  const { work, run, study, folder } = repetition;
  const { plan } = work;
  const registry = await host.registry();
  const { backend } = await startBackend(host, work.backend, plan.numerics);
  const splits = await openSplits(host, registry, plan.study.dataset, { fetch: false, say: () => undefined });
  checkDigest(splits, plan.digest);
  const studyStore = new NodeStore(`${folder}/study`);
  await mkdir(studyStore.location, { recursive: true });
  // Runs whose lengths it copies are read, never written.
  for (const id of Object.values(run.copies))
    await symlink(`${study.location}/${id}`, `${studyStore.location}/${id}`);
  const places = { ...placesIn(host.home), teacherCache: new NodeStore(`${folder}/cache`) };
  live.show({ type: 'queued', run: run.id, kind: 'run', label: run.id, images: run.images });
  live.show({ type: 'started', run: run.id });
  const shown = { ...host, out: eventsTo(live) };
  const text = await workOnRun({ host: shown, work, places, studyStore, registry, backend, splits }, run);
  live.show({ type: 'finished', run: run.id, text });
}

/** A stream of whole lines, as a worker writes them. */
function eventsTo(live: LiveTerminal): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const event = decodeLine(chunk.toString().trimEnd());
      if (event !== undefined) live.show(event);
      done();
    },
  });
}
