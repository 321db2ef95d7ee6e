import { expect, test } from 'vitest';
import { commandHelp, overview } from './help.ts';
import * as results from './result-specs.ts';
import * as specs from './specs.ts';
import type { CommandSpec } from './flags.ts';

const all: readonly CommandSpec[] = [...Object.values(specs), ...Object.values(results)];

test('the overview leaves out what is hidden', () => {
  expect(`\n${overview(all, ['quickstart', 'cifar100-rco']).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    cairn  knowledge distillation along the teacher's training route

    usage  cairn <command> [arguments] [flags]

      run      train what a study needs and show its table
      runs     list the runs on this disk, or show one
      gc       what on this disk nothing refers to, with sizes; removes it when
               asked
      routes   list the teachers' routes, show one, bring one in or out
      plugins  list what a study can choose, or show the options of one plugin
      data     fetch or check the files of a data set
      eval     evaluate saved weights
      analyse  hardness map, planned anchors, paired table; trains nothing
      doctor   say what works here and how to mend the rest
      compare  say what a study, or any runs, can show and what not
      report   one HTML page of a study or a run, and its figures as SVG and PNG
      verify   check every hash of a run, a study or a route again
      rerun    repeat a finished run and compare it bit by bit
      sync     send what is recorded to an MLflow server
      ui       look at all runs in MLflow, in the browser
      help     all about a command: cairn help run

    studies  quickstart, cifar100-rco

      cairn run quickstart         a whole study on embedded data
      cairn run quickstart --plan  what it would train, and what that costs
    "
  `);
});

test('help of run', () => {
  expect(`\n${commandHelp(specs.runSpec, ['quickstart']).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    cairn run  train what a study needs and show its table

    usage  cairn run <study> [flags] [--option.path=VALUE]

    Runs that are finished are reused; a run that was interrupted goes on where it
    stopped.
    Any option of the study can be given by its path, and a plugin kind replaces
    that plugin wherever it stands.
    A value may be JSON: a plugin with its options is
    {"id":"greedy","options":{"delta":0.6}}.

      study  a folder of experiments/ with an experiment.ts

    studies: quickstart

      --profile=NAME          a variation that the study file names
      --plan                  train nothing: list the runs, their cost and what is
                              reused
      --seeds=N,N             student seeds
      --teacher-seeds=N,N     teacher seeds, one route each
      --teacher-route=ID,ID   routes that are here; no teacher is trained
      --only=NAME,NAME        these conditions and what they need
      --workers=N             processes at a time
      --threads=N             cores of each process; results stay the same
      --backend=ID            what computes (see cairn doctor)
      --profile-step[=FILE]   train nothing: where the time of a step goes, and a
                              trace into FILE
      --fresh                 train again what is finished; routes are kept
      --cache-limit=SIZE      most that teachers' outputs take, such as 4GB; 0: none
      --checkpoint-seconds=N  how often a running state is saved
      --json[=FILE]           write JSON to FILE, to standard output without one
      --plugin=NAME           more plugins: a package or ./path (repeatable)
      --debug                 show the stack of an error
      --help                  show this help

      cairn run quickstart         a whole study on embedded data
      cairn run quickstart --plan  what it would train, and what that costs
      cairn run quickstart --profile-step
                                   where the time of a step goes
      cairn run quickstart --seeds=0,1 --only=kd,rco-greedy
                                   a part of it
      cairn run quickstart --student.training.epochs=2
                                   an option by its path
      cairn run quickstart --anchor-policy=greedy --anchor-policy.delta=0.6
                                   another plugin
    "
  `);
});

test('every help fits 80 columns', () => {
  const lines = all.flatMap((spec) => commandHelp(spec, ['quickstart']));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});
