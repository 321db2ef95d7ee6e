/** Takes the declared files out of a checked archive, and nothing else. */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from '@cairn/core';
import { extract } from 'tar';
import { fileError, systemCode } from '../files/index.ts';
import { archiveError, damagedError } from './data-errors.ts';
import { measure } from './measure.ts';

/** What is read of an entry. */
interface Entry {
  readonly type: string;
  readonly size: number;
}

const FILES = new Set(['File', 'OldFile', 'ContiguousFile']);

/**
 * Unpacks into a temporary folder, holds every file against its checksum and renames it into `<own>/<folder>`.
 * An archive with a link, a device, an absolute path or a `..` is refused whole; other plain files are left out.
 * @throws CAIRN_DATA_ARCHIVE, CAIRN_DATA_SIZE, CAIRN_DATA_CHECKSUM, CAIRN_FILE_…
 */
export async function unpackArchive(path: string, source: DataSource, own: string): Promise<void> {
  const folder = join(own, source.folder);
  let temporary: string | undefined;
  try {
    await mkdir(folder, { recursive: true });
    temporary = await mkdtemp(join(own, '.unpack-'));
    await extractDeclared(path, source, temporary);
    for (const file of source.files) {
      const unpacked = join(temporary, source.folder, file.name);
      const result = await measure(unpacked, file);
      const place = `${path}: ${source.folder}/${file.name}`;
      if (result.state === 'missing')
        throw archiveError(source, path, `holds no ${source.folder}/${file.name}`);
      if (result.state !== 'good') {
        throw damagedError(
          source,
          place,
          file,
          result,
          'nothing was unpacked; the archive is another version',
        );
      }
    }
    for (const { name } of source.files)
      await rename(join(temporary, source.folder, name), join(folder, name));
  } catch (error) {
    throw fromSystem(error) ? fileError('write', folder, error) : error;
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

/** `ENOSPC` and its kin, unlike the codes of zlib, tar and Node. */
function fromSystem(error: unknown): boolean {
  return /^E[A-Z0-9]+$/.test(systemCode(error) ?? '');
}

async function extractDeclared(path: string, source: DataSource, temporary: string): Promise<void> {
  const problems: string[] = [];
  const taken = new Set<string>();
  const filter = (name: string, entry: Entry): boolean => {
    const problem = unsafe(name, entry) ?? wrongSize(source, name, entry);
    if (problem !== undefined) problems.push(problem);
    const wanted = problem === undefined && FILES.has(entry.type) && declared(source, name) !== undefined;
    if (wanted && taken.has(name)) problems.push(`holds ${name} twice`);
    if (wanted) taken.add(name);
    return wanted && problems.length === 0;
  };
  try {
    await extract({
      file: path,
      cwd: temporary,
      strict: true,
      noMtime: true,
      filter: (name, entry) => filter(name, entry as unknown as Entry),
    });
  } catch (error) {
    if (fromSystem(error)) throw error;
    problems.push(`not a readable archive (${error instanceof Error ? error.message : String(error)})`);
  }
  const [first] = problems;
  if (first !== undefined) throw archiveError(source, path, first);
}

function declared(source: DataSource, name: string): DataSource['files'][number] | undefined {
  return source.files.find((file) => name === `${source.folder}/${file.name}`);
}

function unsafe(name: string, entry: Entry): string | undefined {
  if (!FILES.has(entry.type) && entry.type !== 'Directory') return `holds a ${entry.type}, ${name}`;
  const absolute = /^([/\\]|[A-Za-z]:)/.test(name);
  const climbs = name.split(/[/\\]/).includes('..');
  return absolute || climbs ? `holds a path outside its folder, ${name}` : undefined;
}

function wrongSize(source: DataSource, name: string, { size }: Entry): string | undefined {
  const file = declared(source, name);
  return file === undefined || file.bytes === size
    ? undefined
    : `${name} has ${size} bytes, expected ${file.bytes}`;
}
