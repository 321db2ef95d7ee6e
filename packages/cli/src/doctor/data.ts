import { stat } from 'node:fs/promises';
import type { DataSource } from '@cairn/core';
import type { Host } from '../command.ts';
import { findArchive, findFiles } from '../data/locate.ts';
import { dataRoots } from '../study/ground.ts';
import type { Finding } from './finding.ts';

/** The folders of `CAIRN_DATA`, and which data sets are here, by the sizes of their files. */
export async function dataFindings(
  host: Pick<Host, 'env' | 'home' | 'typedPath' | 'registry'>,
): Promise<Finding[]> {
  const roots = dataRoots(host);
  const findings = await Promise.all(roots.slice(0, -1).map(sharedFolder));
  const registry = await host.registry();
  for (const { id } of registry.list('dataset')) {
    const { source } = registry.create({ kind: 'dataset', id, options: {} });
    const topic = `data ${id}`;
    if (source === undefined) findings.push({ topic, state: 'ok', text: 'made on the fly' });
    else findings.push({ topic, ...(await search(source, roots)) });
  }
  return findings;
}

async function sharedFolder(path: string): Promise<Finding> {
  const topic = 'CAIRN_DATA';
  const found = await stat(path).catch(absent);
  if (found?.isDirectory() === true) return { topic, state: 'ok', text: path };
  return { topic, state: 'problem', text: `${path} is not a folder`, mend: ['unset it, or set it to one'] };
}

async function search(source: DataSource, roots: readonly string[]): Promise<Omit<Finding, 'topic'>> {
  const mend = [`npx cairn data fetch ${source.id}`];
  const located = await findFiles(source, roots);
  const found = located.filter((f) => f.path !== undefined);
  if (found.length === 0) {
    const archive = await findArchive(source, roots);
    if (archive === undefined) return { state: 'absent', text: 'not here', mend };
    return { state: 'ok', text: `${archive}, unpacked when it is needed` };
  }
  const wrong: string[] = [];
  for (const { file, path } of located) {
    if (path === undefined) wrong.push(`${file.name} is missing`);
    else if ((await stat(path)).size !== file.bytes) wrong.push(`${path} has the wrong size`);
  }
  if (wrong.length > 0) return { state: 'problem', text: wrong.join('; '), mend };
  return {
    state: 'ok',
    text: `${found[0]?.path ?? ''}${found.length > 1 ? ` and ${found.length - 1} more` : ''}`,
  };
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
