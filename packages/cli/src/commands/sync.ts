import { CairnError, RunError, UsageError } from '@cairn/core';
import { MlflowError, readTrackingUri } from 'mlflow-js-client';
import type { StudyReport } from '@cairn/tracking';
import { syncSpec } from '../args/result-specs.ts';
import type { FlagValues } from '../args/flags.ts';
import type { Command, Host } from '../command.ts';
import { counted } from '../format.ts';
import { openSync, targetFolder, type SyncTarget } from '../mlflow/open-sync.ts';
import { storedStudies } from '../mlflow/stored-studies.ts';
import { pageSource } from '../mlflow/page-source.ts';
import { studySource, type StudyName } from '../mlflow/study-source.ts';
import { verifySync, type Verified } from '../mlflow/verify-sync.ts';
import { liveViewer, startOnDatabase, viewerFolder } from '../mlflow/viewer.ts';
import { print, printJson } from '../output.ts';
import { placesIn } from '../study/places.ts';

type Flags = FlagValues<typeof syncSpec.flags>;

interface Sent {
  readonly name: string;
  readonly report: StudyReport;
  readonly verified: readonly Verified[];
}

/** Another process sends it. */
interface Busy {
  readonly name: string;
  readonly busy: RunError;
}

/** `cairn sync [uri]`: 1 where something did not arrive. */
export const sync: Command<typeof syncSpec.flags> = {
  spec: syncSpec,
  async execute({ arguments: [uri], flags }, host) {
    const names = await storedStudies(placesIn(host.home), flags.study);
    const { target, end } = await openTarget(host, uri);
    try {
      const sent: (Sent | Busy)[] = [];
      for (const name of names) sent.push(await unlessBusy(name, () => sendStudy(host, target, name, flags)));
      if (flags.json !== undefined) await printJson(host, flags.json, asJson(target, sent));
      if (flags.json === undefined || flags.json.file !== undefined) {
        print(host.out, sent.length === 0 ? 'no runs yet: cairn run quickstart' : sent.flatMap(lines));
      }
      return sent.every(arrived) ? 0 : 1;
    } catch (error) {
      throw error instanceof MlflowError ? asCairnError(error) : error;
    } finally {
      await end();
    }
  },
};

/** @throws CAIRN_SYNC_TARGET, CAIRN_MLFLOW_… */
async function openTarget(
  host: Host,
  given: string | undefined,
): Promise<{ readonly target: SyncTarget; readonly end: () => Promise<void> }> {
  const uri = given ?? host.env['MLFLOW_TRACKING_URI'];
  const read = readTrackingUri(uri);
  const nothing = async (): Promise<void> => undefined;
  if (read.kind === 'http')
    return { target: { uri: uri ?? '', folder: targetFolder(host.home, read.uri) }, end: nothing };
  if (read.kind === 'none') {
    const live = await liveViewer(host.home);
    if (live !== undefined) {
      return { target: { uri: live.uri, folder: viewerFolder(host.home) }, end: nothing };
    }
    throw new UsageError('CAIRN_SYNC_TARGET', 'cairn sync: to which server?', {
      fix: ['cairn sync http://host:port, or set MLFLOW_TRACKING_URI', 'without a server: cairn ui'],
    });
  }
  if (read.kind !== 'database') {
    throw new UsageError('CAIRN_SYNC_TARGET', `cairn sync: "${read.uri}" is no server`, {
      fix: [read.hint ?? '', 'without a server: cairn ui'].filter((line) => line !== ''),
    });
  }
  const folder = targetFolder(host.home, read.uri);
  const server = await startOnDatabase(host, folder, uri ?? '', (text) => print(host.err, text));
  return { target: { uri: server.uri, folder }, end: () => server.stop() };
}

async function sendStudy(host: Host, target: SyncTarget, name: StudyName, flags: Flags): Promise<Sent> {
  const places = placesIn(host.home);
  const say = (text: string): void => print(host.err, text);
  const source = studySource(places, name, () => pageSource(host, name, say));
  const nonFinite = flags.nonFinite ? 'send' : undefined;
  const open = await openSync(host, target, name, source, nonFinite === undefined ? {} : { nonFinite });
  try {
    for (const text of open.ignored) say(text);
    const first = await open.sync.pass(host.signal);
    // What was deleted there is found out by its absence; the second pass makes it anew.
    const again = first.problems.some(({ error }) => error instanceof MlflowError);
    const report = again ? merged(first, await open.sync.pass(host.signal)) : first;
    const verified = flags.verify ? await verifySync(open.client, source, report, host.signal) : [];
    return { name: `${name.study}/${name.profile}`, report, verified };
  } finally {
    open.close();
  }
}

async function unlessBusy({ study, profile }: StudyName, send: () => Promise<Sent>): Promise<Sent | Busy> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof RunError) || error.code !== 'CAIRN_STUDY_LOCKED') throw error;
    return { name: `${study}/${profile}`, busy: error };
  }
}

function merged(first: StudyReport, second: StudyReport): StudyReport {
  const known = new Set(second.runs.map(({ name }) => name));
  return { ...second, runs: [...first.runs.filter(({ name }) => !known.has(name)), ...second.runs] };
}

function arrived(sent: Sent | Busy): boolean {
  if ('busy' in sent) return false;
  const { report, verified } = sent;
  return report.problems.length === 0 && verified.every(({ differences }) => differences.length === 0);
}

function lines(one: Sent | Busy): string[] {
  if ('busy' in one) return [`${one.name}   ${one.busy.message}`];
  const { name, report, verified } = one;
  const { runs, problems, experiment } = report;
  const sent = runs.reduce((sum, run) => sum + run.lines, 0);
  const what = sent === 0 ? 'nothing new' : `${counted(sent, 'record')} sent`;
  const differences = verified.flatMap((run) => run.differences.map((text) => `  ${run.name}: ${text}`));
  const compared = verified.reduce((sum, run) => sum + run.compared, 0);
  return [
    `${name}   ${counted(runs.length, 'run')} in experiment "${experiment}", ${what}`,
    ...runs.flatMap((run) => run.left.map((text) => `  ${run.name}: left out: ${text}`)),
    ...report.left.map((text) => `  left out: ${text}`),
    ...problems.map(({ name: run, error }) => `  ${run}: ${error.message}${hintOf(error)}`),
    ...(verified.length === 0
      ? []
      : [`  ${counted(compared, 'value')} read back, ${counted(differences.length, 'difference')}`]),
    ...differences,
  ];
}

function hintOf(error: CairnError | MlflowError): string {
  const hint = error instanceof MlflowError ? error.hint : error.fix[0];
  return hint === undefined ? '' : `; ${hint}`;
}

function asJson(target: SyncTarget, sent: readonly (Sent | Busy)[]): object {
  return {
    version: 1,
    uri: readTrackingUri(target.uri).uri,
    studies: sent.map(studyJson),
  };
}

function studyJson(one: Sent | Busy): object {
  if ('busy' in one) return { name: one.name, busy: one.busy.message };
  const { name, report, verified } = one;
  const problems = report.problems.map(({ name: run, error }) => ({
    name: run,
    code: error instanceof MlflowError ? error.errorCode : error.code,
    message: error.message,
  }));
  return { name, ...report, problems, verified };
}

/** @returns the server's refusal, as this program shows errors */
function asCairnError(error: MlflowError): CairnError {
  const fix = [
    ...(error.hint === undefined ? [] : [error.hint]),
    'the journals keep everything: the same command goes on',
  ];
  return new CairnError('run', 'CAIRN_SYNC_FAILED', `MLflow: ${error.message}`, { fix, cause: error });
}
