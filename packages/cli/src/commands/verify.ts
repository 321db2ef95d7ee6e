import { RunError, suggestion, UsageError, type Store } from '@cairn/core';
import { loadJournal } from '@cairn/tracking';
import { verifySpec } from '../args/result-specs.ts';
import type { Command, Host } from '../command.ts';
import { counted } from '../format.ts';
import { print, printJson } from '../output.ts';
import { JOURNAL } from '../study/header.ts';
import { placesIn, type Places } from '../study/places.ts';
import { machineState } from '../study/provenance.ts';
import { readRunFile, type RunFile } from '../study/run-file.ts';
import { runNames } from '../study/run-names.ts';
import type { Finding, Verified } from '../verify/finding.ts';
import { verifyRouteFiles } from '../verify/verify-route.ts';
import { verifyRun } from '../verify/verify-run.ts';
import {
  compareMachine,
  comparePlugins,
  verifyData,
  verifyDeclaration,
  verifyPlan,
} from '../verify/verify-world.ts';

/** `cairn verify <study | study/profile | run | route>`: 1 where something is not what was recorded. */
export const verify: Command<typeof verifySpec.flags> = {
  spec: verifySpec,
  async execute({ arguments: [what = ''], flags }, host) {
    const verified = await verifyAll(host, await subjectsOf(host, what));
    const all = verified.flatMap((v) => v.findings);
    const wrong = all.filter((f) => f.state === 'wrong').length;
    if (flags.json !== undefined) await printJson(host, flags.json, { version: 1, wrong, verified });
    if (flags.json === undefined || flags.json.file !== undefined) {
      const verdict = wrong === 0 ? 'nothing is wrong' : `${counted(wrong, 'thing')} wrong`;
      print(host.out, [...verified.flatMap(lines), `${counted(all.length, 'thing')} looked at: ${verdict}`]);
    }
    return wrong === 0 ? 0 : 1;
  },
};

interface Subjects {
  readonly runs: readonly string[];
  readonly routes: readonly string[];
}

async function subjectsOf(host: Host, what: string): Promise<Subjects> {
  const places = placesIn(host.home);
  const all = await runNames(places.runs);
  const runs = all.filter((name) => name === what || name.startsWith(`${what}/`));
  if (runs.length > 0) return { runs, routes: [] };
  const ids = await places.routes.list('');
  const routes = what === '' ? [] : ids.filter((id) => id.startsWith(what));
  if (routes.length === 1) return { runs: [], routes };
  const problem = routes.length > 1 ? `"${what}" begins several routes` : `no study, run or route "${what}"`;
  throw new UsageError('CAIRN_RUN_UNKNOWN', `cairn verify: ${problem}`, {
    fix: suggestion(what, [...new Set(all.map((name) => name.split('/')[0] ?? '')), ...ids]),
  });
}

/** The runs, then the routes that they learned from; the data once for each digest. */
async function verifyAll(host: Host, { runs, routes }: Subjects): Promise<readonly Verified[]> {
  const places = placesIn(host.home);
  const machine = await machineState(host.root);
  const verified: Verified[] = [];
  const data = new Map<string, RunFile>();
  const used = new Set(routes);
  for (const name of runs) {
    const store = places.runs.at(name);
    const { tags, file } = await readable(store);
    if (file !== undefined) data.set(file.digest, file);
    if (file?.route !== undefined) used.add(file.route.id);
    const foreign = file?.identity?.['foreign'];
    if (typeof foreign === 'string') used.add(foreign);
    const around = await verifyAround(places, { tags, file }, machine);
    verified.push({ name, findings: [...(await verifyRun(store)), ...around] });
  }
  for (const id of used) {
    const store = places.routes.at(id);
    const { tags, file } = await readable(store);
    if (file !== undefined) data.set(file.digest, file);
    // A route that was brought here has no run beside it.
    const training =
      (await store.read(JOURNAL)) === undefined
        ? []
        : [...(await verifyRun(store)), ...(await verifyAround(places, { tags, file }, machine))];
    verified.push({
      name: `route ${id}`,
      findings: [...(await verifyRouteFiles(places.routes, id)), ...training],
    });
  }
  for (const study of new Set(runs.map((name) => name.split('/').slice(0, 2).join('/')))) {
    verified.push({ name: `study ${study}`, findings: [await verifyDeclaration(places.runs.at(study))] });
  }
  const findings: Finding[] = [];
  for (const file of data.values()) findings.push(await verifyData(host, file));
  return findings.length === 0 ? verified : [...verified, { name: 'data', findings }];
}

/** Plan, code, libraries and plugins; the journal says which study made it. */
async function verifyAround(
  places: Places,
  { tags, file }: Awaited<ReturnType<typeof readable>>,
  machine: Awaited<ReturnType<typeof machineState>>,
): Promise<readonly Finding[]> {
  const { 'cairn.study': study = '', 'cairn.profile': profile = '' } = tags;
  return [
    await verifyPlan(places.study(study, profile), tags),
    ...compareMachine(tags, machine),
    ...comparePlugins(tags, file),
  ];
}

/** What can be read of a run; what cannot is found wrong by `verifyRun`. */
async function readable(
  store: Store,
): Promise<{ readonly tags: Readonly<Record<string, string>>; readonly file: RunFile | undefined }> {
  const journal = await unlessDamaged(() => loadJournal(store, JOURNAL));
  return { tags: journal?.tags ?? {}, file: await unlessDamaged(() => readRunFile(store)) };
}

async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RunError) return undefined;
    throw error;
  }
}

function lines({ name, findings }: Verified): string[] {
  const column = Math.max(...findings.map((f) => f.what.length)) + 2;
  const rows = findings.map(({ state, what, text }) => `  ${state.padEnd(8)} ${what.padEnd(column)} ${text}`);
  return [name, ...rows, ''];
}
