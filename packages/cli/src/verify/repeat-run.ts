/** A run once more in a folder of its own: same plan entry, nothing of it taken from the first. */
import { mkdir, symlink } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { RunError } from '@cairn/core';
import { openRoute } from '@cairn/route';
import { loadJournal } from '@cairn/tracking';
import type { Host } from '../command.ts';
import { NodeStore } from '../files/index.ts';
import { checkDigest, openSplits, startBackend } from '../study/ground.ts';
import { JOURNAL } from '../study/header.ts';
import { placesIn } from '../study/places.ts';
import { workOnRoute, workOnRun, type WorkerGround } from '../study/worker.ts';
import { decodeLine } from '../terminal/events.ts';
import type { LiveTerminal } from '../terminal/live-terminal.ts';
import { compareRoutes, compareRuns, type RunComparison } from './compare-runs.ts';
import type { RerunSubject } from './rerun-subject.ts';

/**
 * Repeats a student with its route, or a teacher, and compares.
 * @param folder receives `study/<run>` or `routes/<id>`, and a cache
 * @throws CAIRN_BACKEND_NUMERICS, CAIRN_DATA_…, and what a run throws
 */
export async function repeatAndCompare(
  host: Host,
  subject: RerunSubject,
  folder: string,
  live: LiveTerminal,
): Promise<RunComparison> {
  const ground = await groundFor({ ...host, out: eventsTo(live) }, subject, folder);
  const { id, images } = 'run' in subject ? subject.run : { id: subject.route.id, images: imagesOf(subject) };
  live.show({ type: 'queued', run: id, kind: 'run' in subject ? 'run' : 'route', label: id, images });
  live.show({ type: 'started', run: id });
  const text = await ('run' in subject ? workOnRun(ground, subject.run) : workOnRoute(ground, subject.route));
  live.show({ type: 'finished', run: id, text });
  live.stop();
  const { studyStore, places } = ground;
  if ('run' in subject) {
    return compareRuns(subject.journal, await journalIn(studyStore, subject.run.id));
  }
  const { routeId, recorder } = subject.route;
  const { manifest } = await openRoute(places.routes, routeId, recorder);
  if (manifest === undefined) throw new RunError('CAIRN_ROUTE_ABSENT', 'the repetition left no route');
  return compareRoutes(subject, { journal: await journalIn(places.routes, routeId), manifest });
}

async function groundFor(host: Host, subject: RerunSubject, folder: string): Promise<WorkerGround> {
  const { work, study } = subject;
  const { plan } = work;
  const registry = await host.registry();
  const { backend } = await startBackend(host, work.backend, plan.numerics);
  const splits = await openSplits(host, registry, plan.study.dataset, { fetch: false, say: () => undefined });
  checkDigest(splits, plan.digest);
  const studyStore = new NodeStore(`${folder}/study`);
  await mkdir(studyStore.location, { recursive: true });
  const here = { ...placesIn(host.home), teacherCache: new NodeStore(`${folder}/cache`) };
  if ('route' in subject) {
    const places = { ...here, routes: new NodeStore(`${folder}/routes`) };
    return { host, work, places, studyStore, registry, backend, splits };
  }
  // Runs whose lengths it copies are read, never written.
  for (const id of Object.values(subject.run.copies)) {
    await symlink(`${study.location}/${id}`, `${studyStore.location}/${id}`);
  }
  return { host, work, places: here, studyStore, registry, backend, splits };
}

async function journalIn(store: NodeStore, folder: string) {
  const journal = await loadJournal(store, `${folder}/${JOURNAL}`);
  if (journal !== undefined) return journal;
  throw new RunError('CAIRN_RUN_ABSENT', 'the repetition left no journal');
}

function imagesOf({ route }: Extract<RerunSubject, { readonly route: unknown }>): number {
  const { spec, expected } = route;
  return spec.training.epochs * expected.stepsPerEpoch * spec.batch;
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
