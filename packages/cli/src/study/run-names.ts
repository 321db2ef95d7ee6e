import type { Store } from '@cairn/core';
import { JOURNAL } from './header.ts';

/** `quickstart/default/kd-t0-s0`: every folder with a journal, three levels down. */
export async function runNames(store: Store): Promise<string[]> {
  const names: string[] = [];
  for (const study of await store.list('')) {
    for (const profile of await store.list(study)) {
      for (const run of await store.list(`${study}/${profile}`)) {
        const name = `${study}/${profile}/${run}`;
        if ((await store.list(name)).includes(JOURNAL)) names.push(name);
      }
    }
  }
  return names;
}
