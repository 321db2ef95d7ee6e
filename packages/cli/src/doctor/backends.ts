import { type Backend, CairnError, type Store } from '@cairn/core';
import { isUntuned } from '../study/tuned.ts';
import type { Finding } from './finding.ts';

/** Starts each backend, one after the other, and says what it found, and whether `--tune` was here. */
export async function backendFindings(
  backends: Readonly<Record<string, () => Promise<Backend>>>,
  home: Store,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [id, load] of Object.entries(backends)) findings.push(...(await inspect(id, load, home)));
  if (findings.length > 0) return findings;
  return [{ topic: 'backend', state: 'problem', text: 'none is installed', mend: ['npm ci'] }];
}

async function inspect(id: string, load: () => Promise<Backend>, home: Store): Promise<Finding[]> {
  const topic = `backend ${id}`;
  try {
    const backend = await load();
    const { device, numerics, threads } = await backend.activate();
    const text = `${device}; numerics ${numerics}; ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    const works: Finding = { topic, state: 'ok', text };
    return (await isUntuned(home, backend)) ? [works, untuned(backend)] : [works];
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const mend = error instanceof CairnError ? error.fix : ['npm ci'];
    return [{ topic, state: 'problem', text: error.message, mend }];
  }
}

function untuned({ id, ways = [] }: Backend): Finding {
  const text = `not measured here which is faster: ${ways.join(', ')}`;
  return { topic: `tune ${id}`, state: 'absent', text, mend: ['npx cairn doctor --tune'] };
}
