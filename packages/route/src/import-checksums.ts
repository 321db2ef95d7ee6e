/** The lines of `sha256sum`: which files belong to a folder, and what they hold. */
import { type CairnError, RouteError } from '@cairn/core';

export const CHECKSUMS = 'SHA256SUMS';

/** Hex digests by file name. @throws CAIRN_ROUTE_DAMAGED for a line that is none of `sha256sum` */
export function parseChecksums(text: string, file: string): ReadonlyMap<string, string> {
  const sums = new Map<string, string>();
  text.split(/\r?\n/).forEach((line, i) => {
    if (line.trim() === '') return;
    const [, digest, name] = /^([0-9a-fA-F]{64}) [ *](?:\.\/)?(.+)$/.exec(line) ?? [];
    if (digest === undefined || name === undefined || sums.has(name)) {
      throw new RouteError('CAIRN_ROUTE_DAMAGED', `${file}: line ${i + 1}: got ${JSON.stringify(line)}`, {
        fix: 'a digest of 64 digits, two spaces and a file name, each file once: "sha256sum * > SHA256SUMS"',
      });
    }
    sums.set(name, digest.toLowerCase());
  });
  return sums;
}

export function formatChecksums(sums: ReadonlyMap<string, string>): string {
  return [...sums].map(([name, digest]) => `${digest}  ${name}\n`).join('');
}

/** What is wrong with a file's digest; undefined where it is right. Contents of another listed file are named. */
export function digestError(
  sums: ReadonlyMap<string, string>,
  name: string,
  found: string,
  folder: string,
): CairnError | undefined {
  const expected = sums.get(name);
  if (expected === found) return undefined;
  if (expected === undefined) {
    return new RouteError('CAIRN_ROUTE_FILES', `${folder}/${name} is not listed in ${CHECKSUMS}`, {
      fix: `move it away, or write ${CHECKSUMS} anew if it belongs here`,
    });
  }
  const [other] = [...sums].find(([, digest]) => digest === found) ?? [];
  if (other !== undefined) {
    return new RouteError(
      'CAIRN_ROUTE_SWAPPED',
      `${folder}/${name} holds what ${CHECKSUMS} gives for ${other}`,
      {
        fix: 'files were swapped or copied over: restore their names',
      },
    );
  }
  const message = `${folder}/${name} is altered: expected SHA-256 ${expected}, found ${found}`;
  return new RouteError('CAIRN_ANCHOR_ALTERED', message, { fix: 'restore it from where it came' });
}

export function absentError(name: string, folder: string): CairnError {
  return new RouteError(
    'CAIRN_ANCHOR_MISSING',
    `${folder}/${name} is listed in ${CHECKSUMS} and is not there`,
    {
      fix: 'restore it, or name the epochs to take: --epochs=10,20',
    },
  );
}
