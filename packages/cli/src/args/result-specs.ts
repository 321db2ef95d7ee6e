/** The lines of commands that read what was recorded: name, arguments, flags, examples. */
import type { CommandSpec } from './flags.ts';
import { json } from './spec-parts.ts';

export const compareSpec = {
  name: 'compare',
  summary: 'say what a study, or any runs, can show and what not',
  details: [
    'Differences to the matched control and to the baseline, paired by seed, with their intervals. Trains nothing.',
    'Without a profile: the one that is there, else the default one. The first of several conditions is the baseline.',
  ],
  arguments: [
    {
      name: 'study',
      summary: 'a study, study/profile; or several runs, study/profile/condition',
      many: true,
    },
  ],
  flags: {
    metric: {
      type: 'names',
      value: 'NAME,NAME',
      summary: 'such as test/top1 (default accuracy, congruence, NLL)',
    },
    power: { type: 'wish', value: 'POINTS', summary: 'seeds that show such a difference at 80 % power' },
    json,
    csv: { type: 'text', value: 'FILE', summary: 'a line for each contrast' },
    markdown: { type: 'text', value: 'FILE', summary: 'tables for a README' },
  },
  examples: [
    ['cairn compare quickstart', 'after cairn run quickstart'],
    ['cairn compare quickstart --power=0.5', 'seeds for half a point'],
    ['cairn compare quickstart/default/kd quickstart/default/rco-eei', 'two conditions'],
  ],
} as const satisfies CommandSpec;

export const reportSpec = {
  name: 'report',
  summary: 'one HTML page of a study or a run, and its figures as SVG and PNG',
  details: [
    'The numbers are those of cairn compare. The page needs no network and no script; it goes to .cairn/reports without --out.',
    'Figures that stored networks are asked for are kept in .cairn/cache/report, so a second report is quick.',
  ],
  arguments: [{ name: 'what', summary: 'a study, study/profile, or a run, study/profile/run' }],
  flags: {
    out: { type: 'text', value: 'FOLDER', summary: 'where the page and figures/ go' },
    landscape: { type: 'boolean', summary: 'also the loss around the teacher and a student (takes longer)' },
    stored: { type: 'boolean', summary: 'run no network: only what journals and predictions say' },
    json,
  },
  examples: [
    ['cairn report quickstart', 'after cairn run quickstart'],
    ['cairn report quickstart/default/rco-eei-t0-s0', 'one run'],
    ['cairn report quickstart --landscape --out=paper', 'everything, into a folder'],
  ],
} as const satisfies CommandSpec;

export const verifySpec = {
  name: 'verify',
  summary: 'check every hash of a run, a study or a route again',
  details: [
    'good: as it was recorded. wrong: it is not (exit code 1). changed: code or libraries are others now, which is no fault. absent: not there to be looked at.',
  ],
  arguments: [{ name: 'what', summary: 'a study, study/profile, study/profile/run, or a route' }],
  flags: { json },
  examples: [
    ['cairn verify quickstart', 'all runs of a study, their routes and data'],
    ['cairn verify 3f2a', 'a route'],
  ],
} as const satisfies CommandSpec;

export const rerunSpec = {
  name: 'rerun',
  summary: 'repeat a finished run and compare it bit by bit',
  details: [
    'In a temporary folder, with the plan of the run and its route. Exit code 1 where anything but a time differs.',
  ],
  arguments: [{ name: 'run', summary: 'study/profile/run, or a route' }],
  flags: {
    anyway: { type: 'boolean', summary: 'also where code or libraries are not those of the run' },
    json,
  },
  examples: [
    ['cairn rerun quickstart/default/kd-t0-s1', 'weights, anchors and metrics'],
    ['cairn rerun 3f2a', 'the teacher of a route'],
  ],
} as const satisfies CommandSpec;

export const syncSpec = {
  name: 'sync',
  summary: 'send what is recorded to an MLflow server',
  details: [
    'Without a URI: MLFLOW_TRACKING_URI, or the server that cairn ui has started. Sending twice is safe: the server gets what it has not.',
    'With MLFLOW_TRACKING_URI set to http(s)://… cairn run sends while it trains; this command completes what was left.',
  ],
  arguments: [{ name: 'uri', summary: 'http(s)://…, or a database such as sqlite:///file', optional: true }],
  flags: {
    study: { type: 'names', value: 'NAME,NAME', summary: 'these studies, or study/profile (default all)' },
    verify: { type: 'boolean', summary: 'read everything back and compare it' },
    nonFinite: { type: 'boolean', summary: 'also send NaN and infinities, which ruin charts' },
    json,
  },
  examples: [
    ['cairn sync http://127.0.0.1:5000', 'all studies of this folder'],
    ['cairn sync --study=quickstart --verify', 'one, and look whether it arrived'],
  ],
} as const satisfies CommandSpec;

export const uiSpec = {
  name: 'ui',
  summary: 'look at all runs in MLflow, in the browser',
  details: [
    'Starts a server of its own with its own database under .cairn/mlflow, sends it what is recorded, and goes on sending until Ctrl-C.',
    'MLflow is looked for on the PATH, then in python3 and python. It is fetched only with --uvx or --pipx.',
  ],
  arguments: [],
  flags: {
    noOpen: { type: 'boolean', summary: 'start no browser' },
    port: { type: 'count', value: 'N', summary: 'instead of a free one' },
    uvx: { type: 'boolean', summary: 'fetch MLflow with uvx: hundreds of megabytes the first time' },
    pipx: { type: 'boolean', summary: 'fetch it with pipx' },
    rebuild: { type: 'boolean', summary: 'make the database anew from the journals' },
    json,
  },
  examples: [
    ['cairn ui', 'until Ctrl-C'],
    ['cairn ui --no-open --port=5050', 'on a machine without a screen'],
  ],
} as const satisfies CommandSpec;
