/**
 * node tools/picture/src/main.ts RESULTS.json OUT.svg [condition...]
 *
 * RESULTS.json is what `cairn run <study> --json RESULTS.json` wrote; the curves come from the runs' journals.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StudyResult } from '@cairn/cli';
import { readJournal, type JournalView } from '@cairn/tracking';
import { picture, type Curve } from './picture.ts';

const [, , resultFile, out, ...wanted] = process.argv;
if (resultFile === undefined || out === undefined) {
  console.error('usage: node tools/picture/src/main.ts RESULTS.json OUT.svg [condition...]');
  process.exit(2);
}
const result = JSON.parse(await readFile(resultFile, 'utf8')) as StudyResult;
const shown = result.conditions.filter((c) => wanted.length === 0 || wanted.includes(c.name));
const curves: Curve[] = [];
for (const { name, runs } of shown) {
  const journals = await Promise.all(runs.map((run) => journalOf(run.folder)));
  const [first] = runs;
  let epoch = 0;
  const starts = (first?.stages ?? []).map(({ epochs, anchors }) => {
    const start = epoch;
    epoch += epochs;
    return { epoch: start, anchor: anchors.join('+') };
  });
  const switches = starts.filter(({ anchor }, i) => anchor !== '' && starts[i - 1]?.anchor !== anchor);
  curves.push({ name, points: meanCurve(journals), switches: switches.length > 1 ? switches : [] });
}
const [teacher] = result.teachers;
const accuracy = teacher?.metrics['val/top1'] ?? 0;
const title = `${result.title}: mean of ${result.seeds.length} seeds`;
await writeFile(
  out,
  picture({ title, teacher: { name: `teacher ${teacher?.model ?? ''}`, accuracy }, curves }),
);

async function journalOf(folder: string): Promise<JournalView> {
  const file = join(folder, 'journal.jsonl');
  return readJournal(await readFile(file), file);
}

function meanCurve(journals: readonly JournalView[]): Curve['points'] {
  const series = journals.map((j) => j.metrics.get('val/top1') ?? []);
  const length = Math.min(...series.map((s) => s.length));
  return Array.from({ length }, (_, i) => ({
    epoch: series[0]?.[i]?.step ?? i + 1,
    accuracy: series.reduce((sum, s) => sum + (s[i]?.value ?? 0), 0) / series.length,
  }));
}
