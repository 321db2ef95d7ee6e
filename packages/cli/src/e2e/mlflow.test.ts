/** `cairn run`, `cairn sync` and `cairn ui` against a real MLflow, as their users call them. */
import { DatabaseSync } from 'node:sqlite';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type Run } from 'mlflow-js-client';
import { describeServer, findMlflow, serverLines } from 'mlflow-js-client/test-support';
import { expect, onTestFinished, test } from 'vitest';
import {
  cairn,
  fileAt,
  lives,
  onlyFolder,
  start,
  temporaryFolder,
  TINY,
  until,
  type Running,
} from './cairn-process.ts';
import { compareFromServer, runsOf as runsIn } from './server-study.ts';

const STUDY = ['run', 'quickstart', ...TINY, '--only=kd', '--seeds=0,1'];
const CONTRASTS = ['run', 'quickstart', ...TINY, '--only=kd,kd-restarts,rco-eei', '--seeds=0,1,2'];
const PATIENCE = 240_000;

async function runsOf(uri: string, experiment: string): Promise<readonly Run[]> {
  const client = createClient({ uri });
  try {
    return await runsIn(client, experiment);
  } finally {
    client.close();
  }
}

interface SyncJson {
  readonly studies: readonly {
    readonly problems: readonly unknown[];
    readonly verified: readonly {
      readonly name: string;
      readonly compared: number;
      readonly differences: readonly string[];
    }[];
  }[];
}

for (const line of serverLines)
  describeServer(line, 'cairn run with a server', (server) => {
    test(
      'a study is there when its table is, and reads back equal',
      async () => {
        const home = temporaryFolder();
        const name = `live ${process.pid}`;
        const env = { MLFLOW_TRACKING_URI: server().uri, MLFLOW_EXPERIMENT_NAME: name };
        const trained = await cairn(home, STUDY, env);
        expect(trained.code, trained.err).toBe(0);
        const runs = await runsOf(server().uri, name);
        const parent = runs.find(({ tags }) => tags['cairn.role'] === 'study');
        expect(runs.length).toBeGreaterThan(3);
        expect(runs.map(({ status }) => status)).toEqual(runs.map(() => 'FINISHED'));
        const children = runs.filter(({ tags }) => tags['mlflow.parentRunId'] === parent?.runId);
        expect(children.length).toBe(runs.length - 1);
        expect(parent?.tags['mlflow.note.content']).toContain('cairn run quickstart');
        for (const { metrics, datasets } of children.filter(({ tags }) => tags['cairn.condition'] === 'kd')) {
          const keys = Object.keys(metrics).filter((key) => !key.startsWith('system/'));
          expect(keys.length).toBeLessThanOrEqual(25);
          expect(datasets.map(({ context }) => context).sort()).toEqual(['test', 'train', 'val']);
        }

        const json = join(home, 'sync.json');
        const synced = await cairn(home, ['sync', '--verify', `--json=${json}`], env);
        expect(synced.code, synced.out + synced.err).toBe(0);
        const { studies } = JSON.parse(fileAt(json)?.toString() ?? '') as SyncJson;
        expect(studies[0]?.problems).toEqual([]);
        expect(studies[0]?.verified.flatMap(({ differences }) => differences)).toEqual([]);
        expect(studies[0]?.verified.every(({ compared }) => compared > 40)).toBe(true);

        // Another server's view of the same journals, by two at once: the lock lets one of them work.
        const other = { ...env, MLFLOW_EXPERIMENT_NAME: `${name} again` };
        const fresh = (): Promise<unknown> => cairn(home, ['sync', `${server().uri}/`], other);
        await Promise.all([fresh(), fresh()]);
        expect((await runsOf(server().uri, `${name} again`)).length).toBe(runs.length);
      },
      PATIENCE,
    );

    test(
      'a run that is trained anew takes the place of the old one, which stays, marked',
      async () => {
        const home = temporaryFolder();
        const name = `fresh ${process.pid}`;
        const env = { MLFLOW_TRACKING_URI: server().uri, MLFLOW_EXPERIMENT_NAME: name };
        for (const more of [[], ['--fresh']]) {
          const trained = await cairn(home, [...STUDY, ...more], env);
          expect(trained.code, trained.err).toBe(0);
        }
        const synced = await cairn(home, ['sync', '--verify'], env);
        expect(synced.code, synced.out).toBe(0);
        const runs = (await runsOf(server().uri, name)).filter(
          ({ tags }) => tags['cairn.role'] === 'student',
        );
        const facts = runs.map((run) => [run.name, run.tags['cairn.condition'], run.status]);
        expect(facts).toEqual([
          ['kd-t0-s0', 'kd', 'FINISHED'],
          ['kd-t0-s0 (superseded)', 'kd (superseded)', 'FINISHED'],
          ['kd-t0-s1', 'kd', 'FINISHED'],
          ['kd-t0-s1 (superseded)', 'kd (superseded)', 'FINISHED'],
        ]);
      },
      PATIENCE,
    );

    test(
      "figures are cairn report's, and the server alone gives cairn compare's numbers",
      async () => {
        const home = temporaryFolder();
        const name = `figures ${process.pid}`;
        const env = { MLFLOW_TRACKING_URI: server().uri, MLFLOW_EXPERIMENT_NAME: name };
        const trained = await cairn(home, CONTRASTS, env);
        expect(trained.code, trained.err).toBe(0);
        const client = createClient({ uri: server().uri });
        onTestFinished(() => client.close());
        const runs = await runsIn(client, name);
        const study = onlyFolder(home, 'runs', 'quickstart')?.slice(`${home}/runs/`.length) ?? '';

        const compared = await cairn(home, ['compare', study, '--json']);
        const { notes: _, ...comparison } = JSON.parse(compared.out) as Record<string, unknown>;
        expect(await compareFromServer(client, runs)).toEqual(comparison);
        const parent = runs.find(({ tags }) => tags['cairn.role'] === 'study');
        if (parent === undefined) throw new Error('no parent');
        const sent = await client.artifacts.download(parent, 'comparison.json');
        expect(JSON.parse(sent.toString())).toEqual(comparison);

        const equal = async (folder: string): Promise<readonly string[]> => {
          const there = await client.artifacts.listAll(parent, 'figures');
          const files = readdirSync(join(home, folder, 'figures')).map((file) => `figures/${file}`);
          for (const path of files)
            expect(await client.artifacts.download(parent, path)).toEqual(fileAt(home, folder, path));
          expect(there.map(({ path }) => path).sort()).toEqual(files.sort());
          return files;
        };
        await cairn(home, ['report', study, '--stored', `--out=${home}/stored`]);
        const stored = await equal('stored');
        expect(stored).toContain('figures/accuracy.svg');
        expect(stored).not.toContain('figures/hardness.svg');
        expect((await client.artifacts.download(parent, 'report.html')).toString()).toContain('</html>');

        // What a later report has, the next synchronisation takes; after that there is nothing to do.
        await cairn(home, ['report', study]);
        expect((await cairn(home, ['sync'], env)).code).toBe(0);
        expect((await cairn(home, ['sync'], env)).out).toContain('nothing new');
        expect(await equal(`reports/${study}`)).toContain('figures/hardness.png');
        const page = fileAt(home, 'reports', study, 'report.html');
        expect(await client.artifacts.download(parent, 'report.html')).toEqual(page);
      },
      PATIENCE,
    );
  });

test(
  'a server that is away costs a warning, and training ends as if nothing had happened',
  async () => {
    const home = temporaryFolder();
    const env = { MLFLOW_TRACKING_URI: 'http://127.0.0.1:9', MLFLOW_RUN_ID: 'a'.repeat(32) };
    const { code, out, err } = await cairn(home, STUDY, env);
    expect(code).toBe(0);
    expect(out).toContain('MLflow: MLFLOW_RUN_ID is set and not used');
    expect(out.match(/training goes on, the journals keep everything/g)?.length).toBe(1);
    expect(err).toBe('MLflow has not got everything: "cairn sync" sends the rest to http://127.0.0.1:9\n');
  },
  PATIENCE,
);

test.each(['file:///mlruns', 'databricks'])(
  '%s is no server: said at the beginning, trained all the same',
  async (uri) => {
    const home = temporaryFolder();
    const { code, out, err } = await cairn(home, STUDY, { MLFLOW_TRACKING_URI: uri });
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`MLflow is not sent to ${uri} while training.`);
  },
  PATIENCE,
);

const mlflow = findMlflow('3');
const skipped = 'missing' in mlflow ? mlflow.missing : undefined;

test.skipIf(skipped !== undefined && process.env['CI'] === undefined)(
  `cairn ui: starts, is reused, makes an old database anew, by uvx as well, stops ${skipped ?? ''}`,
  async () => {
    if ('missing' in mlflow) throw new Error(mlflow.missing);
    const home = temporaryFolder();
    const env = { CAIRN_MLFLOW: mlflow.path };
    expect((await cairn(home, STUDY)).code).toBe(0);

    const first = start(home, ['ui', '--no-open'], env);
    const uri = await address(first);
    const runs = await runsOf(uri, 'quickstart');
    expect(runs.length).toBeGreaterThan(3);
    const second = await cairn(home, ['ui', '--no-open'], env);
    expect([second.code, second.out]).toEqual([0, `${uri}   runs already (process ${first.process.pid})\n`]);
    const synced = await cairn(home, ['sync'], env);
    expect(synced.out).toContain('is in use by process');
    first.process.kill('SIGINT');
    const ended = await first.ended;
    expect(ended.code, ended.err).toBe(0);
    expect(lives(first.process.pid ?? 0)).toBe(false);
    await expect(fetch(`${uri}/health`)).rejects.toThrow('fetch failed');

    const database = new DatabaseSync(join(home, 'mlflow/mlflow.db'));
    database.exec("UPDATE alembic_version SET version_num = '451aebb31d03'");
    database.close();
    const bin = fetcher(mlflow.path);
    const third = start(home, ['ui', '--no-open', '--uvx'], { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
    const again = await runsOf(await address(third), 'quickstart');
    expect(again.map(({ name, status }) => [name, status])).toEqual(
      runs.map(({ name, status }) => [name, status]),
    );
    third.process.kill('SIGTERM');
    expect((await third.ended).err).toContain('made anew from the journals');
  },
  PATIENCE,
);

/** A folder with a `uvx` that has MLflow already. */
function fetcher(mlflow: string): string {
  const folder = temporaryFolder();
  const program = `#!/bin/sh\n[ "$1 $2 $3" = '--from mlflow mlflow' ] || exit 2\nshift 3\nexec '${mlflow}' "$@"\n`;
  writeFileSync(join(folder, 'uvx'), program, { mode: 0o755 });
  return folder;
}

test.skipIf(skipped !== undefined && process.env['CI'] === undefined)(
  `a database: trained without it, sent through a server that is there for as long as that takes ${skipped ?? ''}`,
  async () => {
    if ('missing' in mlflow) throw new Error(mlflow.missing);
    const [home, elsewhere] = [temporaryFolder(), temporaryFolder()];
    const database = `sqlite:///${elsewhere}/own.db`;
    const env = { CAIRN_MLFLOW: mlflow.path, MLFLOW_TRACKING_URI: database };
    const trained = await cairn(home, STUDY, env);
    expect([trained.code, trained.err]).toEqual([0, '']);
    expect(trained.out).toContain(`MLflow is not sent to ${database} while training.`);
    expect(existsSync(join(elsewhere, 'own.db'))).toBe(false);
    const json = join(home, 'sync.json');
    const synced = await cairn(home, ['sync', '--verify', `--json=${json}`], env);
    expect(synced.code, synced.out + synced.err).toBe(0);
    const { studies, uri } = JSON.parse(fileAt(json)?.toString() ?? '') as SyncJson & {
      readonly uri: string;
    };
    expect(studies[0]?.verified.flatMap(({ differences }) => differences)).toEqual([]);
    await expect(fetch(`${uri}/health`)).rejects.toThrow('fetch failed');
    const rows = new DatabaseSync(join(elsewhere, 'own.db'), { readOnly: true });
    const { n } = rows.prepare("SELECT count(*) AS n FROM runs WHERE status = 'FINISHED'").get() as {
      n: number;
    };
    rows.close();
    expect(n).toBeGreaterThan(3);
    expect(readdirSync(elsewhere)).toEqual(['own.db']);
  },
  PATIENCE,
);

function address(running: Running): Promise<string> {
  return until('address', () => /http:\/\/\S+/.exec(running.out())?.[0], running);
}
