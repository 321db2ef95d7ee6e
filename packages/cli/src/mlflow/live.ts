/** `cairn run` with MLFLOW_TRACKING_URI: the study goes to a server while it trains. */
import { CairnError } from '@cairn/core';
import { MlflowError, readTrackingUri } from 'mlflow-js-client';
import { LiveSync } from '@cairn/tracking';
import type { Host } from '../command.ts';
import type { Places } from '../study/places.ts';
import { IMPATIENT, openSync, targetFolder, type OpenSync } from './open-sync.ts';
import { pageSource } from './page-source.ts';
import { studySource, type StudyName } from './study-source.ts';

export interface StudyLive {
  /**
   * Sends the rest, in a bounded time.
   * @returns lines for people
   */
  end(): Promise<readonly string[]>;
}

/** What a server may take at the end before its user gets the prompt back. */
const LAST_MS = 10_000;

const NONE: StudyLive = { end: async () => [] };

/** Never throws: no study depends on a server. @param say for lines that stay */
export async function beginLive(
  host: Host,
  places: Places,
  name: StudyName,
  say: (text: string) => void,
): Promise<StudyLive> {
  const target = readTrackingUri(host.env['MLFLOW_TRACKING_URI']);
  if (target.kind === 'none') return NONE;
  if (target.kind !== 'http') {
    say(`MLflow is not sent to ${target.uri} while training. ${adviceFor(target)}`);
    return NONE;
  }
  let over = false;
  const page = async () => (over ? pageSource(host, name, say) : undefined);
  try {
    const uri = host.env['MLFLOW_TRACKING_URI'] ?? '';
    const source = studySource(places, name, page);
    const open = await openSync(host, { uri, folder: targetFolder(host.home, target.uri) }, name, source, {
      patience: IMPATIENT,
    });
    for (const text of open.ignored) say(`MLflow: ${text}`);
    const live = new LiveSync(open.sync, { warn: say });
    live.start();
    return {
      async end() {
        over = true;
        return closing(live, open);
      },
    };
  } catch (error) {
    if (!(error instanceof CairnError) && !(error instanceof MlflowError)) throw error;
    say(`MLflow: ${error.message}; training goes on, "cairn sync" sends the rest`);
    return NONE;
  }
}

async function closing(live: LiveSync, open: OpenSync): Promise<readonly string[]> {
  try {
    const complete = await live.close(LAST_MS);
    return complete
      ? [`MLflow: ${open.client.uri}`]
      : [`MLflow has not got everything: "cairn sync" sends the rest to ${open.client.uri}`];
  } finally {
    open.close();
  }
}

function adviceFor({ kind, hint }: ReturnType<typeof readTrackingUri>): string {
  if (kind === 'database') return 'Afterwards: cairn sync or cairn ui, through a server of their own.';
  return `${hint ?? ''} Or without a server: cairn ui.`;
}
