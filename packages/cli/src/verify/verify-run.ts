/** Every hash of a run's folder again: of a student's run, or of a teacher's beside its route. */
import { contentHash, sha256, type StageRecord, type Store } from '@cairn/core';
import { CHECKPOINT, readOutcomes, routeConfig, type RunResult } from '@cairn/engine';
import { hashWeights } from '@cairn/nn';
import { openSealed, readSafetensors } from '@cairn/route';
import { loadJournal, type JournalView } from '@cairn/tracking';
import { JOURNAL } from '../study/header.ts';
import { readRunFile } from '../study/run-file.ts';
import { finding, sameHash, type Finding } from './finding.ts';

/** Journal, configuration, weights and checkpoint. */
export async function verifyRun(store: Store): Promise<readonly Finding[]> {
  let journal: JournalView | undefined;
  const readable = await finding('journal', async () => {
    journal = await loadJournal(store, JOURNAL);
    if (journal === undefined) return { what: 'journal', state: 'absent', text: 'none' };
    const torn = journal.tornBytes === 0 ? '' : `; ${journal.tornBytes} bytes of a torn last line`;
    return { what: 'journal', state: 'good', text: `${journal.records} records${torn}` };
  });
  const configuration = await finding('run.json', () => checkConfig(store, journal));
  const weights = journal === undefined ? [] : await checkWeights(store, journal);
  const artifacts = journal === undefined ? [] : await checkArtifacts(store, journal);
  const data = await checkDigest(store, journal);
  return [readable, configuration, ...data, ...weights, ...artifacts, ...(await checkCheckpoint(store))];
}

async function checkConfig(store: Store, journal: JournalView | undefined): Promise<Finding> {
  const what = 'run.json';
  const file = await readRunFile(store);
  if (file === undefined) return { what, state: 'absent', text: 'none' };
  const recorded = journal?.tags['cairn.config'] ?? file.config;
  // A route that was brought here has the id that it was given elsewhere.
  if (journal?.tags['cairn.teacher'] === 'given') return sameHash(what, recorded, file.config);
  const { spec, identity, digest, numerics } = file;
  const content = identity === undefined ? { ...routeConfig(spec), digest, numerics } : { spec, ...identity };
  const found = await contentHash(content);
  return found === file.config ? sameHash(what, recorded, found) : sameHash(what, file.config, found);
}

/** That journal, configuration and `run.json` speak of the same data; the data themselves are looked at elsewhere. */
async function checkDigest(store: Store, journal: JournalView | undefined): Promise<readonly Finding[]> {
  const what = 'data digest';
  const [recorded] = journal?.datasets ?? [];
  if (recorded === undefined) return [];
  const look = async (): Promise<Finding> => {
    const file = await readRunFile(store);
    if (file === undefined) return { what, state: 'absent', text: 'no run.json' };
    const { digest, identity } = file;
    const hashed = identity?.['digest'];
    if (typeof hashed === 'string' && hashed !== digest) return sameHash(what, hashed, digest);
    return sameHash(what, recorded.digest, digest.slice(0, recorded.digest.length));
  };
  return [await finding(what, look)];
}

async function checkWeights(store: Store, journal: JournalView): Promise<readonly Finding[]> {
  const finished = journal.end?.status === 'FINISHED';
  const findings: Finding[] = [];
  const saved = new Map(journal.weights.map((record) => [record.role, record]));
  for (const [role, { file, sha256 }] of saved) {
    // The best of a run that was killed may be newer than what its journal says: it will be written again.
    if (role === 'best' && !finished) continue;
    const what = `weights/${role}`;
    findings.push(await finding(what, async () => checkFile(store, { what, file, sha256 })));
  }
  (journal.stages as unknown as readonly StageRecord[]).forEach(({ sha256 }, i) => {
    const record = saved.get(`stage-${i + 1}`);
    if (record !== undefined) findings.push(sameHash(`stage ${i + 1}`, sha256, record.sha256));
  });
  const initial = [journal.tags['cairn.initial'], saved.get('initial')?.sha256] as const;
  if (initial[1] !== undefined) findings.push(sameHash('initial', initial[0], initial[1]));
  const result = journal.results.at(-1) as unknown as RunResult | undefined;
  const last = saved.get('last')?.sha256;
  if (result !== undefined && last !== undefined)
    findings.push(sameHash('result', result.weightsSha256, last));
  return findings;
}

async function checkFile(
  store: Store,
  { what, file, sha256 }: { readonly what: string; readonly file: string; readonly sha256: string },
): Promise<Finding> {
  const bytes = await store.read(file);
  if (bytes === undefined) return { what, state: 'wrong', text: `no file ${store.location}/${file}` };
  return sameHash(
    what,
    sha256,
    await hashWeights(readSafetensors(bytes, `${store.location}/${file}`).tensors),
  );
}

/** The last record of a file counts: a run that went on may have written it twice. */
async function checkArtifacts(store: Store, journal: JournalView): Promise<readonly Finding[]> {
  const { artifacts, end } = journal;
  const findings: Finding[] = [];
  if (artifacts.length === 0 && end?.status === 'FINISHED') {
    return [{ what: 'predictions', state: 'absent', text: 'made before Cairn kept them' }];
  }
  for (const [what, { sha256: expected }] of new Map(artifacts.map((a) => [a.file, a]))) {
    findings.push(
      await finding(what, async () => {
        const bytes = await store.read(what);
        if (bytes === undefined) return { what, state: 'wrong', text: `no file ${store.location}/${what}` };
        return sameHash(what, expected, await sha256(bytes));
      }),
    );
  }
  return [...findings, ...(await checkAccuracy(store, journal))];
}

/** A journal's accuracies against the images that they are made of. */
async function checkAccuracy(store: Store, journal: JournalView): Promise<readonly Finding[]> {
  const result = journal.results.at(-1) as unknown as RunResult | undefined;
  const of = { last: result?.last, best: result?.best.metrics };
  const findings: Finding[] = [];
  for (const role of ['last', 'best'] as const) {
    const record = journal.artifacts.findLast(({ path }) => path === `test-${role}.safetensors`);
    const bytes = record === undefined ? undefined : await store.read(record.file);
    const stated = of[role]?.['test/top1'];
    // What is missing or altered has been found.
    if (bytes === undefined || stated === undefined || (await sha256(bytes)) !== record?.sha256) continue;
    const { predicted, labels } = await readOutcomes(bytes, record.file);
    const found = predicted.filter((value, image) => value === labels[image]).length / labels.length;
    const what = `${role} test/top1`;
    findings.push(
      found === stated
        ? { what, state: 'good', text: String(stated) }
        : { what, state: 'wrong', text: `the journal says ${stated}, its predictions ${found}` },
    );
  }
  return findings;
}

async function checkCheckpoint(store: Store): Promise<readonly Finding[]> {
  const bytes = await store.read(CHECKPOINT);
  if (bytes === undefined) return [];
  const what = 'checkpoint';
  const sealed = await finding(what, async () => {
    await openSealed(bytes, `${store.location}/${CHECKPOINT}`);
    return { what, state: 'good', text: 'sealed' };
  });
  return [sealed];
}
