/** The managed server of a home: who has it, where it answers, how it is started. */
import {
  findMlflow,
  removeStore,
  SchemaError,
  startManaged,
  type ManagedServer,
  type MlflowCommand,
} from '@cairn/tracking';
import { isRecord } from '@cairn/core';
import type { Host } from '../command.ts';
import { lockOwner, NodeStore } from '../files/index.ts';

const STATE = 'server.json';

export interface LiveViewer {
  readonly uri: string;
  readonly pid: number;
}

export function viewerFolder(home: string): string {
  return `${home}/mlflow`;
}

export function viewerLock(home: string): string {
  return `${viewerFolder(home)}/owner.lock`;
}

/** The viewer that somebody has started and that answers. */
export async function liveViewer(home: string): Promise<LiveViewer | undefined> {
  const owner = await lockOwner(viewerLock(home));
  if (owner === undefined) return undefined;
  const bytes = await new NodeStore(viewerFolder(home)).read(STATE);
  if (bytes === undefined) return undefined;
  const state: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const uri = isRecord(state) && state['id'] === owner.id ? state['uri'] : undefined;
  return typeof uri === 'string' ? { uri, pid: owner.pid } : undefined;
}

/** Says where it answers. @param id of the lock's owner */
export function announceViewer(home: string, id: string, uri: string): Promise<void> {
  const text = `${JSON.stringify({ id, uri })}\n`;
  return new NodeStore(viewerFolder(home)).write(STATE, new TextEncoder().encode(text));
}

export interface ViewerOptions {
  readonly fetch?: 'uvx' | 'pipx' | undefined;
  readonly port?: number | undefined;
  readonly rebuild?: boolean;
  readonly say: (text: string) => void;
}

/** Starts the home's own server; a database of another MLflow is made anew. @throws CAIRN_MLFLOW_… */
export async function startViewer(host: Host, options: ViewerOptions): Promise<ManagedServer> {
  const { fetch, port, say } = options;
  const folder = viewerFolder(host.home);
  const mlflow = await findMlflow({ env: host.env, fetch, signal: host.signal });
  say(startingLine(mlflow));
  if (options.rebuild === true) removeStore(folder);
  const start = () => startManaged({ mlflow, folder, port, env: host.env, signal: host.signal });
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    say('its database is of another version of MLflow: made anew from the journals');
    removeStore(folder);
    return start();
  }
}

/** A server on a database of the user's, for as long as something is sent. @throws CAIRN_MLFLOW_… */
export async function startOnDatabase(
  host: Host,
  folder: string,
  database: string,
  say: (text: string) => void,
): Promise<ManagedServer> {
  const mlflow = await findMlflow({ env: host.env, signal: host.signal });
  say(startingLine(mlflow));
  return startManaged({ mlflow, folder, database, env: host.env, signal: host.signal });
}

function startingLine({ command, version }: MlflowCommand): string {
  return `MLflow ${version} (${command.join(' ')}) is starting`;
}
