import { expect, test } from 'vitest';
import { shareCores } from './cores.ts';

const study = { cores: 2, routes: 1, runs: 6, waiting: true };

test('as many runs as cores go side by side; their teacher has all cores before', () => {
  expect(shareCores(study)).toEqual({
    workers: 2,
    threads: 1,
    teacherThreads: 2,
    text: '2 processes x 1 thread (2 cores: runs side by side, one each; the teacher before them has 2)',
    warnings: [],
  });
});

test('a teacher beside which runs go on has a core, as they have', () => {
  expect(shareCores({ ...study, waiting: false }).teacherThreads).toBe(1);
  expect(shareCores({ ...study, cores: 8, routes: 4, runs: 20 }).teacherThreads).toBe(2);
});

test('fewer runs than cores share them', () => {
  expect(shareCores({ ...study, routes: 0, runs: 1 })).toMatchObject({
    workers: 1,
    threads: 2,
    text: '1 process x 2 threads (2 cores, 1 run: several cores each)',
  });
  expect(shareCores({ ...study, cores: 8, routes: 0, runs: 3 })).toMatchObject({ workers: 3, threads: 2 });
  expect(shareCores({ ...study, cores: 1, routes: 0, runs: 1 }).text).toBe(
    '1 process x 1 thread (1 core: runs side by side, one each)',
  );
});

test('where nothing but teachers is due they have the cores', () => {
  expect(shareCores({ ...study, runs: 0, routes: 1 })).toMatchObject({ workers: 1, teacherThreads: 2 });
  expect(shareCores({ ...study, runs: 0, routes: 2 })).toMatchObject({ workers: 2, teacherThreads: 1 });
  expect(shareCores({ ...study, runs: 0, routes: 0 }).text).toBe('1 process x 2 threads (2 cores)');
});

test('what is asked for is done, up to the cores that there are', () => {
  expect(shareCores({ ...study, threads: 2 })).toMatchObject({ workers: 1, threads: 2, teacherThreads: 2 });
  expect(shareCores({ ...study, cores: 8, threads: 3 })).toMatchObject({ workers: 2, threads: 3 });
  expect(shareCores({ ...study, workers: 1 })).toMatchObject({
    threads: 2,
    text: '1 process x 2 threads (as asked, on 2 cores)',
  });
  // More processes than cores are the user's own choice.
  expect(shareCores({ ...study, workers: 4 })).toMatchObject({ workers: 4, threads: 1, warnings: [] });
  expect(shareCores({ ...study, threads: 8 })).toMatchObject({
    workers: 1,
    threads: 2,
    warnings: ['--threads=8: this machine has 2 cores, so 2'],
  });
});
