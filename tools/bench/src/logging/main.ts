/**
 * bench:logging: what recording and sending cost a study. A worker writes its journal and samples its machine; the
 * process that watches over the workers sends. Wall times of whole studies differ by more than this costs, so what each
 * process spends is measured, as a share of the processors' time in which the study ran; wall times stand beside it.
 *
 *   npx nx run bench:logging [--json=FILE] [--repeats=N] [--profile=smoke]
 *
 * The server is MLflow 3 where there is one (CAIRN_MLFLOW_3, .venv); it runs on this machine too, and what it takes is
 * in the wall time only.
 */
import { availableParallelism } from 'node:os';
import { findMlflow, startServer } from 'mlflow-js-client/test-support';
import { atMost, interleave, spreadOf, startBench } from '../harness/index.ts';
import { workerCost } from './records.ts';
import { timeStudy, type StudyTime } from './study.ts';

/** What the study of bench:study has; each run has its epochs' records and a sample every ten seconds. */
const SAMPLE_SECONDS = 10;
/** Of the teacher and nine students. */
const EPOCHS = 4 + 3 * (4 + 4 + 8);

await startBench('logging', async (bench) => {
  const { repeats = 3, profile = 'default' } = bench.options;
  const found = findMlflow('3');
  const server = 'missing' in found ? undefined : await startServer('3');
  if ('missing' in found) bench.say(found.missing);
  try {
    const times = new Map<string, StudyTime[]>();
    const way = (name: string, uri: string | undefined) => ({
      name,
      run: async () => {
        const time = await timeStudy(profile, uri);
        times.set(name, [...(times.get(name) ?? []), time]);
        return time.wall;
      },
    });
    const ways = [way('journal alone', undefined), way('server away', 'http://127.0.0.1:9')];
    if (server !== undefined) ways.push(way('live to MLflow', server.uri));
    const walls = await interleave(ways, { rounds: repeats });
    const median = (name: string, of: (time: StudyTime) => number): number =>
      spreadOf((times.get(name) ?? []).map(of)).median;
    const alone = 'journal alone';
    const wall = median(alone, (t) => t.wall);
    const capacity = wall * availableParallelism();
    bench.table({
      title: 'a study, from the command to its table',
      columns: ['way', ['wall time', 's'], ['sending', 's of a core'], ['of the processors', '%']],
      rows: [...walls.keys()].map((name) => {
        const sending = median(name, (t) => t.parent) - median(alone, (t) => t.parent);
        return [name, median(name, (t) => t.wall), sending, (100 * sending) / capacity];
      }),
    });
    const worker = await workerCost();
    const sampling = worker.sample / 1000 / SAMPLE_SECONDS;
    bench.table({
      title: 'in a worker',
      columns: ['what', ['each', 'ms']],
      rows: [
        ["an epoch's records, on the disk", worker.epoch],
        ['a sample of the machine', worker.sample],
      ],
    });
    const recording = sampling + (EPOCHS * worker.epoch) / 1000 / capacity;
    const live = server === undefined ? 'server away' : 'live to MLflow';
    const sending = (median(live, (t) => t.parent) - median(alone, (t) => t.parent)) / capacity;
    bench.target(atMost('logging/recording', recording, 0.01));
    bench.target(atMost('logging/sending', sending, 0.01));
  } finally {
    await server?.stop();
  }
});
