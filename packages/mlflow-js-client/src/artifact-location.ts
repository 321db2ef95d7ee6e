/** Where the artifacts of a run or model lie, by their URI. */
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invalid } from './errors.ts';

export type ArtifactLocation =
  /** Through the server: `<root>/<base>/<path>`. */
  | { readonly kind: 'http'; readonly root: string; readonly base: string }
  /** A folder of this machine, since the server is on it. */
  | { readonly kind: 'file'; readonly folder: string }
  | { readonly kind: 'unsupported'; readonly why: string };

const PROXY = '/api/2.0/mlflow-artifacts/artifacts';
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** @param server The tracking server's address, without a trailing slash. */
export function locateArtifacts(artifactUri: string, server: string): ArtifactLocation {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(artifactUri)?.[1]?.toLowerCase();
  // Not by URL, which would encode what is not encoded there.
  const [, host, path = ''] = /^[^:]*:(?:\/\/([^/]*))?(.*)$/.exec(artifactUri) ?? [];
  if (scheme === 'mlflow-artifacts')
    return http(host ? `${new URL(server).protocol}//${host}` : server, path);
  if (scheme === 'http' || scheme === 'https') {
    const at = artifactUri.indexOf(`${PROXY}/`);
    if (at < 0) return { kind: 'unsupported', why: `${artifactUri} is not a path of a server's artifacts` };
    return http(artifactUri.slice(0, at), artifactUri.slice(at + PROXY.length));
  }
  if (scheme === 'file' || (scheme === undefined && isAbsolute(artifactUri))) {
    if (!LOCAL.test(new URL(server).hostname) || (scheme === 'file' && host && host !== 'localhost'))
      return { kind: 'unsupported', why: `${artifactUri} is a folder of another machine (${server})` };
    return { kind: 'file', folder: scheme === 'file' ? fileURLToPath(artifactUri) : artifactUri };
  }
  const why =
    scheme === undefined ? `"${artifactUri}" is not an address` : `${scheme}: needs credentials of its own`;
  return { kind: 'unsupported', why };
}

function http(server: string, path: string): ArtifactLocation {
  if (!URL.canParse(server)) return { kind: 'unsupported', why: `${server} is not the address of a server` };
  return { kind: 'http', root: `${server}${PROXY}`, base: path.replace(/^\/+|\/+$/g, '') };
}

/** Each part percent-encoded. */
export function httpPath(...parts: readonly string[]): string {
  return parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .map(encodeURIComponent)
    .join('/');
}

export function filePath(folder: string, path: string): string {
  return join(folder, ...path.split('/'));
}

/** The server decodes `%41` once more than it was encoded, and takes no `#` and no drive. */
export function checkArtifactPath(path: string): string {
  const bad = path.split('/').some((part) => part === '' || part === '.' || part === '..');
  // eslint-disable-next-line no-control-regex -- these are what must not be there
  if (bad || /[\\#\u0000-\u001f\u007f]|%[0-9a-f]{2}|^[a-z]+:/i.test(path) || !path.isWellFormed())
    throw invalid(
      `The artifact path ${JSON.stringify(path)} is not a plain relative path with /`,
      'MLflow takes no . or .. between slashes, no backslash, no #, no percent-encoding and no scheme or drive.',
    );
  return path;
}
