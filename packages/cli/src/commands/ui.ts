import { setTimeout as sleep } from 'node:timers/promises';
import { CairnError, RunError, UsageError } from '@cairn/core';
import { MlflowError } from 'mlflow-js-client';
import type { ManagedServer } from '@cairn/tracking';
import { uiSpec } from '../args/result-specs.ts';
import type { FlagValues } from '../args/flags.ts';
import type { Command, ExitCode, Host } from '../command.ts';
import { acquireLock, lockOwner } from '../files/index.ts';
import { openInBrowser } from '../mlflow/browser.ts';
import { Replay } from '../mlflow/replay.ts';
import { announceViewer, liveViewer, startViewer, viewerFolder, viewerLock } from '../mlflow/viewer.ts';
import { print, printJson } from '../output.ts';

type Flags = FlagValues<typeof uiSpec.flags>;

const EVERY_MS = 3000;

/** `cairn ui`: until Ctrl-C. Where it runs already, its address. */
export const ui: Command<typeof uiSpec.flags> = {
  spec: uiSpec,
  async execute({ flags }, host) {
    if (flags.uvx && flags.pipx) {
      throw new UsageError('CAIRN_FLAG_INVALID', 'cairn ui: --uvx and --pipx', { fix: 'one of them' });
    }
    const live = await liveOrComing(host);
    if (live !== undefined) {
      await show(host, flags, live.uri, `runs already (process ${live.pid})`);
      return 0;
    }
    const lock = await acquireLock(viewerLock(host.home), {
      what: 'the MLflow viewer of this folder',
      command: host.typed,
    });
    try {
      const fetch = flags.uvx ? 'uvx' : flags.pipx ? 'pipx' : undefined;
      const say = (text: string): void => print(host.err, text);
      const server = await startViewer(host, { fetch, port: flags.port, rebuild: flags.rebuild, say });
      try {
        await announceViewer(host.home, lock.owner.id, server.uri);
        return await serve(host, flags, server);
      } finally {
        await server.stop();
      }
    } finally {
      lock.release();
    }
  },
};

/** A viewer that is being started answers in a moment. */
async function liveOrComing(host: Host): ReturnType<typeof liveViewer> {
  for (let waited = 0; waited < 60_000; waited += 500) {
    const live = await liveViewer(host.home);
    if (live !== undefined || (await lockOwner(viewerLock(host.home))) === undefined) return live;
    await sleep(500, undefined, { signal: host.signal });
  }
  return undefined;
}

async function serve(host: Host, flags: Flags, server: ManagedServer): Promise<ExitCode> {
  const replay = new Replay(host, { uri: server.uri, folder: viewerFolder(host.home) }, (text) =>
    print(host.err, text),
  );
  try {
    const runs = await replay.pass();
    await show(host, flags, server.uri, `${runs} runs; Ctrl-C ends it`);
    while (!host.signal.aborted) {
      await sleep(EVERY_MS, undefined, { signal: host.signal }).catch(() => undefined); // Ctrl-C ends the pause
      if (server.ended()) throw ended(host);
      if (!host.signal.aborted) await replay.pass();
    }
    return 0;
  } catch (error) {
    if (host.signal.aborted) return 0;
    if (server.ended()) throw ended(host);
    if (error instanceof MlflowError) {
      throw new CairnError('run', 'CAIRN_SYNC_FAILED', `MLflow: ${error.message}`, { fix: error.hint ?? [] });
    }
    throw error;
  } finally {
    replay.close();
  }
}

function ended(host: Host): RunError {
  return new RunError('CAIRN_MLFLOW_ENDED', 'the MLflow server has ended', {
    fix: [`what it said: ${viewerFolder(host.home)}/server.log`, 'cairn ui starts another one'],
  });
}

async function show(host: Host, flags: Flags, uri: string, text: string): Promise<void> {
  if (flags.json !== undefined) await printJson(host, flags.json, { version: 1, uri });
  if (flags.json === undefined || flags.json.file !== undefined) print(host.out, `${uri}   ${text}`);
  if (!flags.noOpen) openInBrowser(uri, host.env);
}
