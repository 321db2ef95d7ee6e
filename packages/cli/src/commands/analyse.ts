import { stat } from 'node:fs/promises';
import { suggestion, UsageError } from '@cairn/core';
import { analyseLogits } from '../analyse/analysis.ts';
import { checkpointLogits, routeLogits, type CheckpointRequest } from '../analyse/checkpoints.ts';
import type { LogitSet } from '../analyse/logit-set.ts';
import { holdsLogits, readLogitsFolder } from '../analyse/logits-folder.ts';
import { analysisLines } from '../analyse/show.ts';
import { analyseSpec } from '../args/specs.ts';
import type { Call, Command, Host } from '../command.ts';
import { fileError, NodeStore, systemCode } from '../files/index.ts';
import { print, printJson, widthOf } from '../output.ts';
import { placesIn } from '../study/places.ts';

type AnalyseCall = Call<typeof analyseSpec.flags>;

/** `cairn analyse <folder | route>`: trains nothing. */
export const analyse: Command<typeof analyseSpec.flags> = {
  spec: analyseSpec,
  async execute(call, host) {
    const { flags } = call;
    const set = await logitsFor(call, host);
    const analysis = await analyseLogits(set, await host.registry(), flags.anchors ?? 4);
    if (flags.json !== undefined) await printJson(host, flags.json, analysis);
    if (flags.json === undefined || flags.json.file !== undefined) {
      print(host.out, analysisLines(analysis, Math.max(100, widthOf(host.out))));
    }
    return 0;
  },
};

async function logitsFor(
  { arguments: [what = ''], flags, overrides }: AnalyseCall,
  host: Host,
): Promise<LogitSet> {
  const { json: _, anchors: _anchors, split = 'val', ...others } = flags;
  if (split !== 'val' && split !== 'test') {
    throw new UsageError('CAIRN_OPTION_INVALID', `--split: got "${split}"`, {
      fix: 'val or test (default val)',
    });
  }
  const request: CheckpointRequest = { ...others, overrides, split };
  const path = host.typedPath(what);
  if (await isFolder(path)) {
    const folder = new NodeStore(path);
    if (await holdsLogits(folder)) return readLogitsFolder(folder, flags.epochs);
    return checkpointLogits(host, path, request);
  }
  return routeLogits(host, await routeId(host, what, path), request);
}

async function routeId(host: Host, what: string, path: string): Promise<string> {
  const ids = await placesIn(host.home).routes.list('');
  const [id, second] = ids.filter((each) => each.startsWith(what));
  if (id !== undefined && second === undefined) return id;
  const problem =
    second === undefined ? `no folder ${path} and no route "${what}"` : `"${what}" begins several routes`;
  throw new UsageError('CAIRN_ARGUMENT_UNKNOWN', `cairn analyse: ${problem}`, {
    fix: ['a folder of logits or checkpoints: docs/pytorch.md', `routes: ${suggestion(what, ids)}`],
  });
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw fileError('read', path, error);
  }
}
