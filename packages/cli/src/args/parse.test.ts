import { CairnError, UsageErrors } from '@cairn/core';
import { expect, test } from 'vitest';
import type { CommandSpec } from './flags.ts';
import { parseLine } from './parse.ts';
import { dataSpec, pluginsSpec, runSpec } from './specs.ts';

const studies = ['quickstart', 'cifar100-rco'];
const parse = (line: string, spec: CommandSpec = runSpec) =>
  parseLine(
    spec,
    line.split(' ').filter((t) => t !== ''),
    studies,
  );

function failure(line: string, spec?: CommandSpec): string {
  try {
    parse(line, spec);
  } catch (error) {
    if (!(error instanceof CairnError)) throw error;
    const all = error instanceof UsageErrors ? error.errors : [error];
    return all.map((e) => [`${e.code} ${e.message}`, ...e.fix].join('\n')).join('\n');
  }
  return 'no error';
}

test('a flag that may be repeated keeps every value, in order', () => {
  const { flags } = parse('quickstart --plugin=./b --plan --plugin a');
  expect(flags).toMatchObject({ plan: true, plugin: ['./b', 'a'] });
  expect(parse('quickstart').flags).not.toHaveProperty('plugin');
});

test('flags of every type, in both forms', () => {
  const { arguments: positionals, flags } = parse(
    'quickstart --profile smoke --plan --seeds=0,1,2 --teacher-seeds [3] --only=kd,rco --workers 4 --checkpoint-seconds=0.5',
  );
  expect(positionals).toEqual(['quickstart']);
  expect(flags).toEqual({
    profile: 'smoke',
    plan: true,
    fresh: false,
    debug: false,
    help: false,
    seeds: [0, 1, 2],
    teacherSeeds: [3],
    only: ['kd', 'rco'],
    workers: 4,
    checkpointSeconds: 0.5,
  });
  expect(parse('quickstart --plan=false --teacherSeeds=1').flags).toMatchObject({
    plan: false,
    teacherSeeds: [1],
  });
});

test('--json takes a file only where one is meant', () => {
  const json = (line: string, spec: CommandSpec = pluginsSpec): unknown => parse(line, spec).flags['json'];
  expect(json('--json')).toEqual({ file: undefined });
  expect(json('--json=out')).toEqual({ file: 'out' });
  expect(json('--json out.json')).toEqual({ file: 'out.json' });
  expect(json('--json ./out')).toEqual({ file: './out' });
  expect(parse('--json anchor-policy', pluginsSpec)).toMatchObject({
    arguments: ['anchor-policy'],
    flags: { json: { file: undefined } },
  });
});

test('options by path, kinds and study keys become overrides in their order', () => {
  const { overrides } = parse(
    'quickstart --student.model.depth=20 --anchor-policy=greedy --anchor-policy.delta 0.6 --batch=64 ' +
      '--teacher.training.optimizer.nesterov=true --loss.temperature=-1 --student.training.epochs=12ep ' +
      '--conditions.rco.curriculum.anchors=[3,6] --title="12" --a.b=0,6 --student.model.depth=8',
  );
  expect(Object.entries(overrides)).toEqual([
    ['anchor-policy', 'greedy'],
    ['anchor-policy.delta', 0.6],
    ['batch', 64],
    ['teacher.training.optimizer.nesterov', true],
    ['loss.temperature', -1],
    ['student.training.epochs', '12ep'],
    ['conditions.rco.curriculum.anchors', [3, 6]],
    ['title', '12'],
    ['a.b', '0,6'],
    ['student.model.depth', 8],
  ]);
  expect(parse('quickstart --a.b -0.5').overrides).toEqual({ 'a.b': -0.5 });
});

test('a value may be JSON: a plugin with its options', () => {
  const plugin = '--anchor-policy={"id":"greedy","options":{"delta":0.6}}';
  expect(parse(`quickstart ${plugin}`).overrides).toEqual({
    'anchor-policy': { id: 'greedy', options: { delta: 0.6 } },
  });
  expect(failure('quickstart --anchor-policy={id:greedy}')).toMatchInlineSnapshot(`
    "CAIRN_OPTION_INVALID --anchor-policy: got {id:greedy}, which is not JSON
    quoted for the shell, names in double quotes: --anchor-policy='{"name":1}'"
  `);
});

test('unknown flags name the nearest one', () => {
  expect(failure('quickstart --worker=4 --anchor-polcy=greedy --xyzzy')).toMatchInlineSnapshot(`
    "CAIRN_FLAG_UNKNOWN --worker: cairn run has no such flag
    "--workers"?
    cairn help run lists the flags
    CAIRN_FLAG_UNKNOWN --anchor-polcy: cairn run has no such flag
    "--anchor-policy"?
    cairn help run lists the flags
    CAIRN_FLAG_UNKNOWN --xyzzy: cairn run has no such flag
    cairn help run lists the flags"
  `);
  expect(failure('--seeds=1', pluginsSpec)).toMatchInlineSnapshot(`
    "CAIRN_FLAG_UNKNOWN --seeds: cairn plugins has no such flag
    cairn help plugins lists the flags"
  `);
});

test('wrong values say what is accepted', () => {
  expect(
    failure(
      'quickstart --workers=0 --seeds=a --plan=maybe --only=kd, --checkpoint-seconds=-1 --profile --a.b',
    ),
  ).toMatchInlineSnapshot(`
    "CAIRN_FLAG_VALUE --workers: got "0"
    a whole number, at least 1
    CAIRN_FLAG_VALUE --seeds: got "a"
    whole numbers joined by commas; "--seeds=0,1,2"?
    CAIRN_FLAG_VALUE --plan: got "maybe"
    true or false; or the flag alone
    CAIRN_FLAG_VALUE --only: got "kd,"
    names joined by commas
    CAIRN_FLAG_VALUE --checkpoint-seconds: got "-1"
    a number above 0
    CAIRN_FLAG_VALUE --profile: no value
    --profile=VALUE
    CAIRN_FLAG_VALUE --a.b: no value
    --a.b=VALUE"
  `);
});

test('arguments: missing, unknown, too many', () => {
  expect(failure('')).toMatchInlineSnapshot(`
    "CAIRN_ARGUMENT_MISSING cairn run: which study?
    cairn run <study> [flags] [--option.path=VALUE]
    known: quickstart, cifar100-rco"
  `);
  expect(failure('quikstart')).toMatchInlineSnapshot(`
    "CAIRN_ARGUMENT_UNKNOWN cairn run: no study "quikstart"
    "quickstart"? known: quickstart, cifar100-rco"
  `);
  expect(failure('quickstart cifar100-rco')).toMatchInlineSnapshot(`
    "CAIRN_ARGUMENT_UNKNOWN cairn run: "cifar100-rco" is one argument too many
    cairn run <study> [flags] [--option.path=VALUE]"
  `);
  expect(failure('fetsh', dataSpec)).toMatchInlineSnapshot(`
    "CAIRN_ARGUMENT_UNKNOWN cairn data: no action "fetsh"
    "fetch"? known: fetch, check"
  `);
  expect(parse('fetch cifar10 cifar100', dataSpec).arguments).toEqual(['fetch', 'cifar10', 'cifar100']);
  expect(parse('fetch -- --odd', dataSpec).arguments).toEqual(['fetch', '--odd']);
});

test('help is given whatever else is wrong', () => {
  expect(parse('--help --nonsense').flags['help']).toBe(true);
  expect(parse('-h').flags['help']).toBe(true);
});
