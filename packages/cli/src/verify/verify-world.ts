/** What a run stood on besides its own folder: plan, data, code and libraries. */
import { CairnError, contentHash, type Store } from '@cairn/core';
import type { Host } from '../command.ts';
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
    const state = error.code === 'CAIRN_DATA_MISSING' ? 'absent' : 'wrong';
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
