import { type Backend, CairnError } from '@cairn/core';
import type { Finding } from './finding.ts';

/** Starts each backend, one after the other, and says what it found. */
export async function backendFindings(
  backends: Readonly<Record<string, () => Promise<Backend>>>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [id, load] of Object.entries(backends)) findings.push(await inspect(id, load));
  if (findings.length > 0) return findings;
  return [{ topic: 'backend', state: 'problem', text: 'none is installed', mend: ['npm ci'] }];
}

async function inspect(id: string, load: () => Promise<Backend>): Promise<Finding> {
  const topic = `backend ${id}`;
  try {
    const { device, numerics, threads } = await (await load()).activate();
    const text = `${device}; numerics ${numerics}; ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    return { topic, state: 'ok', text };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const mend = error instanceof CairnError ? error.fix : ['npm ci'];
    return { topic, state: 'problem', text: error.message, mend };
  }
}
