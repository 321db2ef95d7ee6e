import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { suggestion, UsageError } from '@cairn/core';
import { compareStudy, comparisonCsv, comparisonMarkdown, planSeeds, type StudyResult } from '@cairn/report';
import { compareSpec } from '../args/result-specs.ts';
import type { Command, Host } from '../command.ts';
import { print, printJson, unicode, widthOf } from '../output.ts';
import { namedRuns } from '../study/named-runs.ts';
import { loadOutcomes } from '../study/outcomes.ts';
import { storedStudy } from '../study/stored-study.ts';
import { comparisonText } from '../table/comparison-text.ts';

/** `cairn compare <study | study/profile | runs…>` */
export const compare: Command<typeof compareSpec.flags> = {
  spec: compareSpec,
  async execute({ arguments: what, flags }, host) {
    const { result, notes } = await read(host, what);
    requireMetrics(result, flags.metric);
    const comparison = compareStudy(result, flags.metric, await loadOutcomes(result));
    const power = flags.power === undefined ? undefined : planSeeds(comparison, flags.power.amount);
    if (flags.csv !== undefined) await save(host, flags.csv, comparisonCsv(comparison));
    if (flags.markdown !== undefined) await save(host, flags.markdown, comparisonMarkdown(comparison));
    if (flags.json !== undefined) {
      await printJson(host, flags.json, { ...comparison, notes, ...(power === undefined ? {} : { power }) });
    }
    if (flags.json === undefined || flags.json.file !== undefined) {
      const view = { width: widthOf(host.out), unicode: unicode(host.env) };
      print(host.out, comparisonText(comparison, { notes, power }, view));
    }
    return 0;
  },
};

function read(host: Host, what: readonly string[]): ReturnType<typeof storedStudy> {
  const [first = '', ...others] = what;
  const isStudy = others.length === 0 && first.split('/').length < 3;
  return isStudy ? storedStudy(host, first) : namedRuns(host, what);
}

function requireMetrics({ conditions }: StudyResult, wanted: readonly string[] = []): void {
  const runs = conditions.flatMap((condition) => condition.runs);
  const known = [...new Set(runs.flatMap((run) => Object.keys(run.last.metrics)))];
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UsageError('CAIRN_METRIC_UNKNOWN', `--metric: no run has "${unknown}"`, {
    fix: suggestion(unknown, known),
  });
}

async function save(host: Host, file: string, text: string): Promise<void> {
  const path = host.typedPath(file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
