/** Whatever a real server does, training ends as if nothing had happened, and `cairn sync` completes later. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'mlflow-js-client';
import { describeServer, findMlflow, startServer } from 'mlflow-js-client/test-support';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { cairn, fileAt, start, temporaryFolder, TINY } from './cairn-process.ts';
import { startProxy, type Trouble } from './mlflow-proxy.ts';
import { runsOf } from './server-study.ts';

const STUDY = ['run', 'quickstart', ...TINY, '--only=kd,rco-eei'];
const GOES_ON = /training goes on, the journals keep everything/g;

/** Everything is there, once. */
async function expectComplete(home: string, env: Readonly<Record<string, string>>): Promise<void> {
  const json = join(home, 'sync.json');
  const synced = await cairn(home, ['sync', '--verify', `--json=${json}`], env);
  expect(synced.code, synced.out + synced.err).toBe(0);
  const { studies } = JSON.parse(fileAt(json)?.toString() ?? '') as {
    readonly studies: readonly { readonly problems: unknown; readonly runs: readonly unknown[] }[];
  };
  expect(studies.map(({ problems }) => problems)).toEqual([[]]);
  const client = createClient({ uri: env['MLFLOW_TRACKING_URI'] ?? '' });
  try {
    const runs = await runsOf(client, env['MLFLOW_EXPERIMENT_NAME'] ?? '');
    expect(runs.map(({ name, status }) => [name.replace(/ .*/, ''), status])).toEqual(
      ['kd-restarts-t0-s0', 'kd-t0-s0', 'quickstart', 'rco-eei-t0-s0', 'teacher-t0'].map((name) => [
        name,
        'FINISHED',
      ]),
    );
  } finally {
    client.close();
  }
}

const TROUBLES: readonly (readonly [string, Trouble, RegExp])[] = [
  ['401', { status: 401 }, /401/],
  ['a wrong host header', { host: 'mlflow.example:5000' }, /allowed-hosts/],
  ['503', { status: 503 }, /503/],
  ['silence', 'silence', /./],
  ['answers that end in the middle', 'half', /./],
];

describeServer('3', 'a study and a server with trouble', (server) => {
  test.each(TROUBLES)('%s', async (name, trouble, said) => {
    const proxy = await startProxy(server().uri);
    onTestFinished(proxy.stop);
    const home = temporaryFolder();
    const env = { MLFLOW_TRACKING_URI: proxy.uri, MLFLOW_EXPERIMENT_NAME: `trouble: ${name}` };
    proxy.trouble = trouble;
    const trained = await cairn(home, STUDY, env);
    expect(trained.code, trained.err).toBe(0);
    expect(trained.out.match(GOES_ON)?.length ?? 0).toBeLessThanOrEqual(1);
    expect(trained.out).toMatch(said);
    expect(trained.err).toBe(`MLflow has not got everything: "cairn sync" sends the rest to ${proxy.uri}\n`);
    proxy.trouble = undefined;
    await expectComplete(home, env);
  });

  test('answers that are lost after the server has done its work: nothing twice', async () => {
    const proxy = await startProxy(server().uri);
    onTestFinished(proxy.stop);
    const home = temporaryFolder();
    const env = { MLFLOW_TRACKING_URI: proxy.uri, MLFLOW_EXPERIMENT_NAME: 'trouble: lost answers' };
    proxy.trouble = 'lost';
    expect((await cairn(home, STUDY, env)).code).toBe(0);
    await cairn(home, ['sync'], env);
    proxy.trouble = undefined;
    await expectComplete(home, env);
  });

  test('killed and started again while a study trains: nothing lost, nothing twice', async () => {
    const home = temporaryFolder();
    const env = { MLFLOW_TRACKING_URI: server().uri, MLFLOW_EXPERIMENT_NAME: 'trouble: killed' };
    const study = start(
      home,
      [...STUDY, '--teacher.training.epochs=60', '--student.training.epochs=60'],
      env,
    );
    const client = createClient({ uri: server().uri });
    onTestFinished(() => client.close());
    while ((await runsOf(client, 'trouble: killed').catch(() => [])).length < 2) await sleep(100);
    await server().kill();
    expect(study.process.exitCode).toBeNull();
    await sleep(3000);
    await server().restart();
    const trained = await study.ended;
    expect(trained.code, trained.err).toBe(0);
    expect(trained.out.match(GOES_ON)?.length ?? 0).toBeLessThanOrEqual(1);
    await expectComplete(home, env);
  });
});

afterEach(() => vi.unstubAllEnvs());

const mlflow = findMlflow('3');
const missing = 'missing' in mlflow ? mlflow.missing : undefined;

test.skipIf(missing !== undefined && process.env['CI'] === undefined)(
  `a server whose disk is full ${missing ?? ''}`,
  async () => {
    if ('missing' in mlflow) throw new Error(missing);
    const folder = mkdtempSync(join(tmpdir(), 'cairn-full-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // No file of the server may be large: the system refuses to write, as a disk does that is full.
    const program = join(folder, 'mlflow');
    writeFileSync(
      program,
      `#!/bin/sh\n[ ! -e '${folder}/full' ] || ulimit -f 64\nexec '${mlflow.path}' "$@"\n`,
    );
    chmodSync(program, 0o755);
    vi.stubEnv('CAIRN_MLFLOW_3', program);
    const server = await startServer('3');
    onTestFinished(server.stop);
    const home = temporaryFolder();
    const env = { MLFLOW_TRACKING_URI: server.uri, MLFLOW_EXPERIMENT_NAME: 'trouble: full' };
    writeFileSync(join(folder, 'full'), '');
    await server.restart();
    const trained = await cairn(home, STUDY, env);
    expect(trained.code, trained.err).toBe(0);
    expect(trained.out.match(GOES_ON)?.length).toBe(1);
    expect(trained.err).toContain('"cairn sync" sends the rest');
    rmSync(join(folder, 'full'));
    await server.restart();
    await expectComplete(home, env);
  },
  300_000,
);
