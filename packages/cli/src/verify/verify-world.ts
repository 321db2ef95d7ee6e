/** What a run stood on besides its own folder: plan, data, code and libraries. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CairnError, contentHash, type Store } from '@cairn/core';
import type { Host } from '../command.ts';
import { digestOf, packageText, type OutsidePackage } from '../outside/package-files.ts';
import { readStudyRecord, STUDY_FILE } from '../study/declaration.ts';
import { openSplits } from '../study/ground.ts';
import type { machineState } from '../study/provenance.ts';
import type { RunFile } from '../study/run-file.ts';
import { keptPlan, readWork } from '../study/work-file.ts';
import { finding, sameHash, type Finding } from './finding.ts';

type Tags = Readonly<Record<string, string>>;

/** The plan that a run was made by. @param study the folder of its study */
export async function verifyPlan(study: Store, tags: Tags): Promise<Finding> {
  const [what, hash] = ['plan', tags['cairn.plan']];
  if (hash === undefined) return { what, state: 'absent', text: 'not recorded' };
  if ((await study.read(keptPlan(hash))) === undefined) {
    return { what, state: 'absent', text: `no ${study.location}/${keptPlan(hash)}` };
  }
  return finding(what, async () =>
    sameHash(what, hash, await contentHash((await readWork(study, keptPlan(hash))).plan)),
  );
}

/** What was declared before the first student, against the plan that its last command wrote. */
export async function verifyDeclaration(study: Store): Promise<Finding> {
  const what = STUDY_FILE;
  return finding(what, async () => {
    const last = (await readStudyRecord(study)).declared.at(-1);
    if (last === undefined) return { what, state: 'absent', text: 'nothing was declared' };
    return sameHash(what, last.hash, await contentHash((await readWork(study)).plan.study));
  });
}

/** The data as it is now. */
export async function verifyData(host: Host, { dataset, digest }: RunFile): Promise<Finding> {
  const what = `data ${dataset.id}`;
  try {
    const splits = await openSplits(host, await host.registry(), dataset, {
      fetch: false,
      say: () => undefined,
    });
    return sameHash(what, digest, splits.digest);
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    // A data set from outside is there with its `--plugin` alone.
    const state = ['CAIRN_DATA_MISSING', 'CAIRN_PLUGIN_UNKNOWN'].includes(error.code) ? 'absent' : 'wrong';
    return { what, state, text: `${error.code}  ${error.message}` };
  }
}

/** Code, libraries and runtime of a run beside those of now; they may differ, and that is said. */
export function compareMachine(
  tags: Tags,
  now: Awaited<ReturnType<typeof machineState>>,
): readonly Finding[] {
  const code = 'commit' in now.code ? now.code : undefined;
  const present: Readonly<Record<string, string>> = {
    commit: code?.commit ?? 'unknown',
    diff: code === undefined ? 'unknown' : (code.diff ?? 'none'),
    lockfile: now.lockfile ?? 'none',
    version: now.versions.cairn,
    node: now.versions.node,
    tfjs: now.versions.tfjs,
  };
  return Object.entries(present).map(([what, is]) => {
    const was = tags[`cairn.${what}`];
    if (was === undefined || was.startsWith('unknown')) {
      return { what, state: 'absent', text: was ?? 'not recorded' };
    }
    if (was === is) return { what, state: 'good', text: is.slice(0, 16) };
    return { what, state: 'changed', text: `${was.slice(0, 16)} then, ${is.slice(0, 16)} now` };
  });
}

/** The code that `--plugin` brought, as its files are now. */
export function comparePlugins(
  tags: Tags,
  file: Pick<RunFile, 'provenance'> | undefined,
): readonly Finding[] {
  const packages = file?.provenance?.plugins ?? [];
  const last = packages.map(packageText).join(', ');
  const first = tags['cairn.plugins'] ?? '';
  const went: Finding[] =
    first === last
      ? []
      : [
          {
            what: 'plugins',
            state: 'changed',
            text: `begun with ${first || 'none'}, ended with ${last || 'none'}`,
          },
        ];
  return [...went, ...packages.map(comparePackage)];
}

function comparePackage(recorded: OutsidePackage): Finding {
  const { source, name, folder, files, digest } = recorded;
  const what = `plugin ${name ?? source}`;
  const gone = files.find((file) => !existsSync(join(folder, file)));
  if (gone !== undefined) return { what, state: 'absent', text: `no ${join(folder, gone)}` };
  const now = digestOf(folder, files);
  if (now === digest) return { what, state: 'good', text: packageText(recorded) };
  return { what, state: 'changed', text: `${packageText(recorded)} then, ${now.slice(0, 16)} now` };
}
