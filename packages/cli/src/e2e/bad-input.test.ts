/** What is written wrongly is told in full before anything happens: whole messages, exit code 2. */
import { readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cairn, neutral, temporaryFolder } from './cairn-process.ts';

const slow = { timeout: 120_000 };

async function complaint(...args: string[]): Promise<string> {
  const home = temporaryFolder();
  const { code, out, err } = await cairn(home, args);
  expect([code, out]).toEqual([2, '']);
  expect(readdirSync(home)).toEqual([]);
  return neutral(err, home);
}

test('an unknown study', slow, async () => {
  expect(await complaint('run', 'quikstart')).toMatchInlineSnapshot(`
    "error CAIRN_ARGUMENT_UNKNOWN  cairn run: no study "quikstart"
      "quickstart"? known: cifar100-rco, quickstart
    "
  `);
});

test('an unknown profile, option and condition, and wrong values: all together', slow, async () => {
  const found = await complaint(
    'run',
    'quickstart',
    '--profile=smok',
    '--student.model.dpeth=8',
    '--conditions.rco-greedy.curriculum.anchor-policy.delta=0,6',
    '--dataset.size=20',
    '--student.training.epochs=0',
    '--only=kd-lon',
  );
  expect(found).toMatchInlineSnapshot(`
    "error CAIRN_PROFILE_UNKNOWN  --profile: got "smok"
      "smoke"? known: default, smoke
    error CAIRN_OPTION_INVALID  student.training.epochs: got 0
      a number above 0
    error CAIRN_OPTION_INVALID  dataset.size: got 20
      one of 16, 32 (default 16)
    error CAIRN_OPTION_UNKNOWN  student.model.dpeth: no such option
      "depth"? known: depth, width, widen
    error CAIRN_OPTION_INVALID  conditions.rco-greedy.curriculum.anchor-policy.delta: got "0,6"
      a number above 0 (default 0.8); "0.6"?
    error CAIRN_CONDITION_UNKNOWN  --only: no condition "kd-lon"
      "kd-long"? known: scratch, kd, kd-long, kd-restarts, kd-restarts-greedy, rco-eei, rco-greedy
    "
  `);
});

test('an unknown plugin, a seed given twice, a word for a number', slow, async () => {
  const found = await complaint(
    'run',
    'quickstart',
    '--anchor-policy=gredy',
    '--seeds=0,1,0',
    '--teacher.training.optimizer.learning-rate=fast',
    '--teacher.training.optimizer.name=sdg',
  );
  expect(found).toMatchInlineSnapshot(`
    "error CAIRN_OPTION_INVALID  teacher.training.optimizer.name: got "sdg"
      "sgd", or "adamw"
    error CAIRN_OPTION_INVALID  seeds: got [0,1,0]
      each seed once
    error CAIRN_PLUGIN_UNKNOWN  conditions.rco-eei.curriculum.anchor-policy: no anchor-policy "gredy"
      "greedy"? known: entropy-matched, equal-epochs, final, foreign-route, greedy, listed, reversed, shuffled, snapshot-ensemble
    error CAIRN_PLUGIN_UNKNOWN  conditions.rco-greedy.curriculum.anchor-policy: no anchor-policy "gredy"
      "greedy"? known: entropy-matched, equal-epochs, final, foreign-route, greedy, listed, reversed, shuffled, snapshot-ensemble
    "
  `);
});

test('an unknown run, route and data set', slow, async () => {
  expect(await complaint('eval', 'quickstart/smoke/kd-t0-s0')).toMatchInlineSnapshot(`
    "error CAIRN_RUN_UNKNOWN  cairn eval: no run "quickstart/smoke/kd-t0-s0"
      none is known
    "
  `);
  expect(await complaint('eval', '12ab@7')).toMatchInlineSnapshot(`
    "error CAIRN_ROUTE_UNKNOWN  cairn eval: no route "12ab"
      none is known
    "
  `);
  expect(await complaint('data', 'check', 'cifar')).toMatchInlineSnapshot(`
    "error CAIRN_PLUGIN_UNKNOWN  cairn data: no dataset "cifar"
      "cifar10"? known: cifar10, cifar100, textures
    "
  `);
});

/** No address can be reached through this. */
const cutOff = {
  https_proxy: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  NO_PROXY: '',
  no_proxy: '',
};

test('data that is missing, without a network', slow, async () => {
  const [home, shared] = [temporaryFolder(), temporaryFolder()];
  const { code, err, out } = await cairn(home, ['run', 'cifar100-rco', '--profile=smoke'], {
    ...cutOff,
    CAIRN_DATA: shared,
  });
  expect(code).toBe(1);
  expect(neutral(err, home).replaceAll(shared, '<shared>')).toMatchInlineSnapshot(`
    "error CAIRN_DATA_UNREACHABLE  cifar100: needs train.bin, test.bin; https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz: connect ECONNREFUSED 127.0.0.1:9
      npx cairn data fetch cifar100
      or put cifar-100-binary.tar.gz (168,513,733 bytes, md5 03b5dce01913d631647c71ecec9e9cb8), fetched by hand, at <home>/data/cifar-100-binary.tar.gz
      or put train.bin (153,700,000 bytes, md5 6172c7755cfe09b2fe270c85cebc1b15), test.bin (30,740,000 bytes, md5 4499cfba6c016c1be1438163640a0898) into CAIRN_DATA/cifar-100-binary/ or <home>/data/cifar-100-binary/
    "
  `);
  expect(out).toBe('');
  const plan = await cairn(home, ['run', 'cifar100-rco', '--plan'], { ...cutOff, CAIRN_DATA: shared });
  expect(plan.code).toBe(1);
  expect(neutral(plan.err, home).replaceAll(shared, '<shared>')).toMatchInlineSnapshot(`
    "error CAIRN_DATA_MISSING  cifar100: not found: train.bin (153,700,000 bytes, md5 6172c7755cfe09b2fe270c85cebc1b15), test.bin (30,740,000 bytes, md5 4499cfba6c016c1be1438163640a0898)
      npx cairn data fetch cifar100
      or put train.bin, test.bin into <shared>/cifar-100-binary/ or <home>/data/cifar-100-binary/
      or put cifar-100-binary.tar.gz (168,513,733 bytes, md5 03b5dce01913d631647c71ecec9e9cb8) at <home>/data/cifar-100-binary.tar.gz: https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz
    "
  `);
});

test('data that is short, and data with a wrong byte: nothing is trained', slow, async () => {
  const [home, shared] = [temporaryFolder(), temporaryFolder()];
  const folder = join(shared, 'cifar-100-binary');
  mkdirSync(folder);
  const run = async (): Promise<string> => {
    const { code, err } = await cairn(home, ['run', 'cifar100-rco', '--profile=smoke'], {
      CAIRN_DATA: shared,
    });
    expect([code, readdirSync(home)]).toEqual([1, []]);
    return neutral(err, home).replaceAll(shared, '<shared>');
  };
  writeFileSync(join(folder, 'test.bin'), new Uint8Array(30_740_000));
  writeFileSync(join(folder, 'train.bin'), 'short');
  expect(await run()).toMatchInlineSnapshot(`
    "error CAIRN_DATA_SIZE  cifar100: <shared>/cifar-100-binary/train.bin: got 5 bytes, md5 4f09daa9d95bcb166a302407a0e0babe; expected 153,700,000 bytes, md5 6172c7755cfe09b2fe270c85cebc1b15
      replace this file, or remove it and run npx cairn data fetch cifar100
    "
  `);
  writeFileSync(join(folder, 'train.bin'), new Uint8Array(153_700_000));
  expect(await run()).toMatchInlineSnapshot(`
    "error CAIRN_DATA_CHECKSUM  cifar100: <shared>/cifar-100-binary/train.bin: got md5 47f3fdcc9b451c3078440359f1a012d4, expected 6172c7755cfe09b2fe270c85cebc1b15
      replace this file, or remove it and run npx cairn data fetch cifar100
    "
  `);
});
