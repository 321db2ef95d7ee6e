import { RunError, throwAll, UsageError } from '@cairn/core';
import { expect, test } from 'vitest';
import type { CommandSpec } from './args/flags.ts';
import type { Call, Command, Host } from './command.ts';
import type { CommandEntry } from './commands/catalogue.ts';
import { cairn } from './test-host.ts';

/** A command `go` that does what the test says. */
function commandThat(execute: Command['execute'], spec: Partial<CommandSpec> = {}): readonly CommandEntry[] {
  const full: CommandSpec = {
    name: 'go',
    summary: 'for tests',
    arguments: [],
    flags: {},
    examples: [],
    ...spec,
  };
  return [{ spec: full, load: async () => ({ spec: full, execute }) }];
}

test('a call reaches its command with arguments, flags and overrides', async () => {
  const calls: Call[] = [];
  const commands = commandThat(
    async (call) => {
      calls.push(call);
      return 130;
    },
    { arguments: [{ name: 'study', summary: '', choices: 'studies' }], overrides: true },
  );
  expect(await cairn('go quickstart --batch=8 --debug', { commands })).toEqual({
    code: 130,
    out: '',
    err: '',
  });
  expect(calls).toEqual([
    { arguments: ['quickstart'], flags: { debug: false, help: false }, overrides: { batch: 8 } },
  ]);
});

test('paths are resolved from where the command was typed', async () => {
  const hosts: Host[] = [];
  const commands = commandThat(async (_, host) => {
    hosts.push(host);
    return 0;
  });
  await cairn('go', { commands, env: { INIT_CWD: '/typed/here', CAIRN_HOME: 'results' } });
  await cairn('go', { commands, env: { INIT_CWD: '/typed/here' } });
  expect(hosts[0]?.typedPath('out.json')).toBe('/typed/here/out.json');
  expect(hosts.map((h) => h.home)).toEqual(['/typed/here/results', '/nowhere/.cairn']);
});

test('an error that a person can act on is one block', async () => {
  const fail = commandThat(() => {
    throw new RunError('CAIRN_LOSS_DIVERGED', 'loss: got NaN at step 12', {
      fix: ['lower the rate: "--student.training.optimizer.learning-rate=0.05"', 'last good state: step 8'],
    });
  });
  expect(await cairn('go', { commands: fail })).toMatchInlineSnapshot(`
    {
      "code": 1,
      "err": "error CAIRN_LOSS_DIVERGED  loss: got NaN at step 12
      lower the rate: "--student.training.optimizer.learning-rate=0.05"
      last good state: step 8
    ",
      "out": "",
    }
  `);
  const debug = await cairn('go --debug', { commands: fail });
  expect(debug.err).toContain('main.test.ts');
});

test('several mistakes are reported together, and are exit code 2', async () => {
  const fail = commandThat(async () => {
    throwAll([
      new UsageError('CAIRN_OPTION_INVALID', 'batch: got 0', { fix: 'an integer above 0' }),
      new UsageError('CAIRN_OPTION_UNKNOWN', 'studnet: no such option', { fix: '"student"?' }),
    ]);
    return 0;
  });
  expect(await cairn('go', { commands: fail })).toMatchInlineSnapshot(`
    {
      "code": 2,
      "err": "error CAIRN_OPTION_INVALID  batch: got 0
      an integer above 0
    error CAIRN_OPTION_UNKNOWN  studnet: no such option
      "student"?
    ",
      "out": "",
    }
  `);
});

test('an unexpected error says where to go with it', async () => {
  const fail = commandThat(() => Promise.reject(new TypeError('x is not a function')));
  expect(await cairn('go', { commands: fail })).toMatchInlineSnapshot(`
    {
      "code": 1,
      "err": "error TypeError: x is not a function
      a fault in Cairn or in a plugin; --debug shows the stack
      please report it with the stack and the command: see CONTRIBUTING.md
    ",
      "out": "",
    }
  `);
  const debug = await cairn('go --debug', { commands: fail });
  expect(debug.err).toContain('main.test.ts');
});

test('unknown commands and flags before the command', async () => {
  const commands = commandThat(async () => 0, { name: 'run' });
  expect(await cairn('rn quickstart', { commands })).toMatchInlineSnapshot(`
    {
      "code": 2,
      "err": "error CAIRN_COMMAND_UNKNOWN  no command "rn"
      "run"? known: run
    ",
      "out": "",
    }
  `);
  expect(await cairn('--plan run', { commands })).toMatchInlineSnapshot(`
    {
      "code": 2,
      "err": "error CAIRN_COMMAND_UNKNOWN  --plan: the command comes first
      known: run
    ",
      "out": "",
    }
  `);
});

test('help and version', async () => {
  const overview = await cairn('');
  expect(overview.code).toBe(0);
  expect(overview.out).toContain('usage  cairn <command>');
  for (const line of ['help', '--help', '-h', 'help --help']) expect(await cairn(line)).toEqual(overview);
  const run = await cairn('help run');
  expect(run.out).toContain('--teacher-seeds=N,N');
  expect(await cairn('run --help')).toEqual(run);
  expect(await cairn('run --nonsense -h')).toEqual(run);
  expect((await cairn('--version')).out).toMatch(/^cairn \d+\.\d+\.\d+ \(Node 24\.\d+\.\d+\)\n$/);
  expect((await cairn('help nothing')).code).toBe(2);
});

test('no handlers are left behind', async () => {
  const before = process.listenerCount('SIGINT');
  const during: number[] = [];
  const commands = commandThat(async () => {
    during.push(process.listenerCount('SIGINT'));
    return 0;
  });
  await cairn('go', { commands });
  expect([process.listenerCount('SIGINT'), during]).toEqual([before, [before + 1]]);
});
