import type { Store } from '@cairn/core';
import { JOURNAL } from './header.ts';

/** What lies beside folders: `plan.json`, `journal.jsonl`, `owner.lock`. A swept condition may have a dot in its name. */
const FILE = /\.(jsonl?|lock)$/;

/** `quickstart/default/kd-t0-s0`: every folder with a journal, three levels down. */
export async function runNames(store: Store): Promise<string[]> {
  const names: string[] = [];
  const folders = async (path: string) => (await store.list(path)).filter((name) => !FILE.test(name));
  for (const study of await folders('')) {
    for (const profile of await folders(study)) {
      for (const run of await folders(`${study}/${profile}`)) {
        const name = `${study}/${profile}/${run}`;
        if ((await store.list(name)).includes(JOURNAL)) names.push(name);
      }
    }
  }
  return names;
}
