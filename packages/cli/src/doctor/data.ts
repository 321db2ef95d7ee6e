import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from '@cairn/core';
import type { Host } from '../command.ts';
import type { Finding } from './finding.ts';

/** The folders in which data sets are looked for, and which data sets lie there by their sizes. */
export async function dataFindings(
  host: Pick<Host, 'env' | 'home' | 'typedPath' | 'registry'>,
): Promise<Finding[]> {
  const typed = host.env['CAIRN_DATA'];
  const shared = typed === undefined || typed === '' ? undefined : host.typedPath(typed);
  const folders = [...(shared === undefined ? [] : [shared]), join(host.home, 'data')];
  const findings: Finding[] = shared === undefined ? [] : [await sharedFolder(shared)];
  const registry = await host.registry();
  for (const { id } of registry.list('dataset')) {
    const { source } = registry.create({ kind: 'dataset', id, options: {} });
    findings.push(
      source === undefined
        ? { topic: `data ${id}`, state: 'ok', text: 'made on the fly' }
        : await search(id, source, folders),
    );
  }
  return findings;
}

async function sharedFolder(path: string): Promise<Finding> {
  const topic = 'CAIRN_DATA';
  const found = await stat(path).catch(absent);
  if (found?.isDirectory() === true) return { topic, state: 'ok', text: path };
  return { topic, state: 'problem', text: `${path} is not a folder`, mend: ['unset it, or set it to one'] };
}

async function search(id: string, source: DataSource, folders: readonly string[]): Promise<Finding> {
  const topic = `data ${id}`;
  for (const folder of folders) {
    const place = join(folder, source.folder);
    const sizes = await Promise.all(source.files.map(({ name }) => stat(join(place, name)).catch(absent)));
    if (sizes.every((s) => s === undefined)) continue;
    const wrong = source.files.filter((file, i) => sizes[i]?.size !== file.bytes).map((file) => file.name);
    if (wrong.length === 0) return { topic, state: 'ok', text: place };
    const text = `${place}: ${wrong.join(', ')} missing or of the wrong size`;
    return { topic, state: 'problem', text, mend: [`npx cairn data fetch ${id}`] };
  }
  return { topic, state: 'absent', text: 'not here', mend: [`npx cairn data fetch ${id}`] };
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
