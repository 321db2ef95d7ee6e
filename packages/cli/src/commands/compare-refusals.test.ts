import { expect, test } from 'vitest';
import { cairn, emptyHome, runsOf, small, writeStudy } from './synthetic-study.ts';

test('refusals', async () => {
  const home = emptyHome();
  expect((await cairn(home, 'compare small')).err).toMatchInlineSnapshot(`
    "
    error CAIRN_STUDY_ABSENT  cairn compare: no runs of "small"
      no runs yet: cairn run quickstart
    "
  `);
  await writeStudy(home, { ...small, profile: 'a' });
  await writeStudy(home, { ...small, profile: 'b' });
  const mixed = runsOf('kd', [0.5, 0.6], [], {
    digest: '00'.repeat(16),
    params: { 'training.epochs': '24' },
  });
  await writeStudy(home, { ...small, id: 'other', runs: mixed });
  const lines = [
    'compare smal',
    'compare small',
    'compare small/c',
    'compare small/a --metric=test/top5',
    'compare small/a/kd small/a/kd-t0-s7',
    'compare small/a/kd other/default/kd',
    'compare small/a --power=none',
    'compare',
  ];
  const complaints: string[] = [];
  for (const line of lines) {
    const { code, err } = await cairn(home, line);
    complaints.push(`${line}: ${code}${err}`);
  }
  expect(complaints.join('\n')).toMatchInlineSnapshot(`
    "compare smal: 2
    error CAIRN_STUDY_ABSENT  cairn compare: no runs of "smal"
      "small"? known: other, small

    compare small: 2
    error CAIRN_PROFILE_MISSING  cairn compare small: which of its profiles?
      cairn compare small/a
      cairn compare small/b

    compare small/c: 2
    error CAIRN_STUDY_ABSENT  cairn compare: no runs of "small/c"
      "small/a"? known: other/default, small/a, small/b

    compare small/a --metric=test/top5: 2
    error CAIRN_METRIC_UNKNOWN  --metric: no run has "test/top5"
      "test/top1"? known: test/top1, test/kl

    compare small/a/kd small/a/kd-t0-s7: 2
    error CAIRN_RUN_UNKNOWN  cairn compare: no run of "small/a/kd-t0-s7"
      "small/a/kd-t0-s0"? known: small/a/kd-restarts-t0-s0, small/a/kd-restarts-t0-s1, small/a/kd-restarts-t0-s2, small/a/kd-t0-s0, small/a/kd-t0-s1, small/a/kd-t0-s2, small/a/rco-eei-t0-s0, small/a/rco-eei-t0-s1, small/a/rco-eei-t0-s2

    compare small/a/kd other/default/kd: 2
    error CAIRN_COMPARE_MIXED  cairn compare: these runs saw different data
      small/a/kd-t0-s0: textures abababababab
      other/default/kd-t0-s0: textures 000000000000

    compare small/a --power=none: 2
    error CAIRN_FLAG_VALUE  --power: got "none"
      a number above 0

    compare: 2
    error CAIRN_ARGUMENT_MISSING  cairn compare: which study?
      cairn compare <study…> [flags]
      a study, study/profile; or several runs, study/profile/condition
    "
  `);
});

test('runs of one condition that differ in more than seeds are not pooled', async () => {
  const home = emptyHome();
  const [first, second] = runsOf('kd', [0.6, 0.7], []);
  if (first === undefined || second === undefined) throw new Error('no runs');
  const runs = [first, { ...second, params: { 'training.epochs': '24' }, numerics: 'cpu' }];
  await writeStudy(home, { ...small, runs });
  const { code, err } = await cairn(home, 'compare small/default/kd-t0-s0 small/default/kd-t0-s1');
  expect([code, err]).toMatchInlineSnapshot(`
    [
      2,
      "
    error CAIRN_COMPARE_MIXED  cairn compare: runs of kd differ in more than seeds
      training.epochs: 12 in small/default/kd-t0-s0, 24 in small/default/kd-t0-s1
      numerics: wasm-fma-1 in small/default/kd-t0-s0, cpu in small/default/kd-t0-s1
      leave one of them out, or train the older ones again
    ",
    ]
  `);
});
