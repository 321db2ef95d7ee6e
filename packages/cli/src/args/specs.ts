/** The lines of commands that train and manage: name, arguments, flags, examples. What a command does stands in `commands/`. */
import type { CommandSpec } from './flags.ts';
import { json, study } from './spec-parts.ts';

export const runSpec = {
  name: 'run',
  summary: 'train what a study needs and show its table',
  details: [
    'Runs that are finished are reused; a run that was interrupted goes on where it stopped.',
    'Any option of the study can be given by its path, and a plugin kind replaces that plugin wherever it stands.',
    'A value may be JSON: a plugin with its options is {"id":"greedy","options":{"delta":0.6}}.',
  ],
  arguments: [study],
  flags: {
    profile: { type: 'text', value: 'NAME', summary: 'a variation that the study file names' },
    plan: { type: 'boolean', summary: 'train nothing: list the runs, their cost and what is reused' },
    seeds: { type: 'counts', value: 'N,N', summary: 'student seeds' },
    teacherSeeds: { type: 'counts', value: 'N,N', summary: 'teacher seeds, one route each' },
    teacherRoute: { type: 'names', value: 'ID,ID', summary: 'routes that are here; no teacher is trained' },
    only: { type: 'names', value: 'NAME,NAME', summary: 'these conditions and what they need' },
    workers: { type: 'count', value: 'N', summary: 'processes at a time' },
    threads: { type: 'count', value: 'N', summary: 'cores of each process; results stay the same' },
    backend: { type: 'text', value: 'ID', summary: 'what computes (see cairn doctor)' },
    profileStep: {
      type: 'output',
      value: 'FILE',
      summary: 'train nothing: where the time of a step goes, and a trace into FILE',
    },
    fresh: { type: 'boolean', summary: 'train again what is finished; routes are kept' },
    cacheLimit: {
      type: 'size',
      value: 'SIZE',
      summary: "most that teachers' outputs take, such as 4GB; 0: none",
    },
    checkpointSeconds: { type: 'amount', value: 'N', summary: 'how often a running state is saved' },
    json,
  },
  overrides: true,
  examples: [
    ['cairn run quickstart', 'a whole study on embedded data'],
    ['cairn run quickstart --plan', 'what it would train, and what that costs'],
    ['cairn run quickstart --profile-step', 'where the time of a step goes'],
    ['cairn run quickstart --seeds=0,1 --only=kd,rco-greedy', 'a part of it'],
    ['cairn run quickstart --student.training.epochs=2', 'an option by its path'],
    ['cairn run quickstart --anchor-policy=greedy --anchor-policy.delta=0.6', 'another plugin'],
  ],
} as const satisfies CommandSpec;

export const runsSpec = {
  name: 'runs',
  summary: 'list the runs on this disk, or show one',
  arguments: [{ name: 'run', summary: 'a study, or study/profile/run', optional: true }],
  flags: { json },
  examples: [
    ['cairn runs', 'all studies'],
    ['cairn runs quickstart', 'the runs of one'],
  ],
} as const satisfies CommandSpec;

export const gcSpec = {
  name: 'gc',
  summary: 'what on this disk nothing refers to, with sizes; removes it when asked',
  details: [
    'routes that no stored run and no last plan refers to, runs that the last plan of their study does not have, pages of studies that are gone. cache must be named: it can be made anew, but is of use.',
    'Nothing is removed without --remove, and nothing of a study that is at work. Routes that were imported stay.',
  ],
  arguments: [
    {
      name: 'what',
      summary: 'routes, runs, pages or cache (default all but cache)',
      optional: true,
      many: true,
      choices: ['routes', 'runs', 'pages', 'cache'],
    },
  ],
  flags: { remove: { type: 'boolean', summary: 'remove what is listed' }, json },
  examples: [
    ['cairn gc', 'lists, removes nothing'],
    ['cairn gc runs --remove', 'runs of earlier plans'],
  ],
} as const satisfies CommandSpec;

export const routesSpec = {
  name: 'routes',
  summary: "list the teachers' routes, show one, bring one in or out",
  details: [
    'import reads a folder of .safetensors files that PyTorch saved (docs/pytorch.md), with model and data of the study that --study names, or an archive that pack has made.',
  ],
  arguments: [
    {
      name: 'action',
      summary: 'list, show, export, pack or import',
      optional: true,
      choices: ['list', 'show', 'export', 'pack', 'import'],
    },
    {
      name: 'route',
      summary: 'its id, or the start of it; for import a folder or an archive',
      optional: true,
    },
    { name: 'target', summary: 'the folder that export, the file that pack writes', optional: true },
  ],
  flags: {
    study: {
      type: 'text',
      value: 'NAME',
      summary: "import: whose teacher's model and data the weights have",
    },
    profile: { type: 'text', value: 'NAME', summary: "import: the study's profile" },
    names: { type: 'text', value: 'FILE', summary: 'import: a JSON map from their names to ours' },
    epochs: { type: 'counts', value: 'N,N', summary: 'import: these alone, and each of them' },
    stepsPerEpoch: { type: 'count', value: 'N', summary: 'import: steps of an epoch' },
    seed: {
      type: 'count',
      value: 'N',
      min: 0,
      summary: 'import: the seed of the training, to tell teachers apart',
    },
    json,
  },
  overrides: true,
  examples: [
    ['cairn routes', 'all routes'],
    ['cairn routes show 3f2a', 'the anchors of one'],
    ['cairn routes export 3f2a route', 'its manifest and weights into a folder'],
    ['cairn routes import saved --study=cifar100-rco', 'checkpoints of PyTorch become a route'],
    ['cairn routes import saved --study=cifar100-rco --teacher.model.depth=20', 'of another model'],
    ['cairn routes pack 3f2a route.tar', 'one checked archive, which import reads'],
  ],
} as const satisfies CommandSpec;

export const pluginsSpec = {
  name: 'plugins',
  summary: 'list what a study can choose, or show the options of one plugin',
  arguments: [{ name: 'plugin', summary: 'a kind, or kind/id', optional: true }],
  flags: { json },
  examples: [
    ['cairn plugins', 'all kinds'],
    ['cairn plugins anchor-policy', 'one kind'],
    ['cairn plugins anchor-policy/greedy', 'options, defaults and ranges'],
  ],
} as const satisfies CommandSpec;

export const dataSpec = {
  name: 'data',
  summary: 'fetch or check the files of a data set',
  arguments: [
    { name: 'action', summary: 'fetch or check', choices: ['fetch', 'check'] },
    { name: 'dataset', summary: 'ids of data sets (all without one)', optional: true, many: true },
  ],
  flags: { json },
  examples: [
    ['cairn data check', 'which data sets are here, and whole'],
    ['cairn data fetch cifar100', 'download one and check it'],
  ],
} as const satisfies CommandSpec;

export const evalSpec = {
  name: 'eval',
  summary: 'evaluate saved weights',
  arguments: [{ name: 'what', summary: 'a run, an anchor (route@step) or a .safetensors file' }],
  flags: {
    study: { type: 'text', value: 'NAME', summary: 'whose data and model a bare file belongs to' },
    split: { type: 'text', value: 'NAME', summary: 'val or test (default test)' },
    backend: { type: 'text', value: 'ID', summary: 'what computes' },
    json,
  },
  examples: [['cairn eval quickstart/default/kd-t0-s1', 'the last weights of a run']],
} as const satisfies CommandSpec;

export const analyseSpec = {
  name: 'analyse',
  summary: 'hardness map, planned anchors, paired table; trains nothing',
  details: [
    'Reads logits (a .npy or .safetensors file for each checkpoint, and labels.npy), checkpoints (with --study), or a route that is here. Files named student… are the student.',
  ],
  arguments: [{ name: 'what', summary: 'a folder of logits or checkpoints, or a route' }],
  flags: {
    study: { type: 'text', value: 'NAME', summary: 'whose model and data checkpoints have' },
    profile: { type: 'text', value: 'NAME', summary: "the study's profile" },
    split: { type: 'text', value: 'NAME', summary: 'of checkpoints: val or test (default val)' },
    names: { type: 'text', value: 'FILE', summary: 'a JSON map from names of checkpoints to ours' },
    epochs: { type: 'counts', value: 'N,N', summary: 'these checkpoints alone, and each of them' },
    anchors: { type: 'count', value: 'N', summary: 'anchors that policies plan (default 4)' },
    backend: { type: 'text', value: 'ID', summary: 'what computes' },
    json,
  },
  overrides: true,
  examples: [
    ['cairn analyse logits', 'a folder of epoch_10.npy, …, labels.npy'],
    ['cairn analyse saved --study=cifar100-rco', 'checkpoints of PyTorch'],
    ['cairn analyse 3f2a', 'a route'],
  ],
} as const satisfies CommandSpec;

export const doctorSpec = {
  name: 'doctor',
  summary: 'say what works here and how to mend the rest',
  arguments: [],
  flags: {
    tune: { type: 'boolean', summary: 'time the ways of each backend, and use the fastest from now on' },
    json,
  },
  examples: [
    ['cairn doctor', 'runtime, backends, data, disk'],
    ['cairn doctor --tune', 'once for a machine; half a minute while it does nothing else'],
  ],
} as const satisfies CommandSpec;

/** A way of a backend, timed; `doctor --tune` starts it. */
export const paceSpec = {
  name: 'pace',
  summary: 'time a training step',
  arguments: [
    { name: 'backend', summary: 'what computes' },
    { name: 'way', summary: 'one of its ways' },
  ],
  flags: {},
  hidden: true,
  examples: [],
} as const satisfies CommandSpec;

/** One run in a worker process; the study's command starts it. */
export const taskSpec = {
  name: 'task',
  summary: 'one run in a worker process',
  arguments: [
    { name: 'plan', summary: 'the plan file that the study wrote' },
    { name: 'run', summary: 'which of its runs' },
  ],
  flags: { threads: { type: 'count', value: 'N', summary: 'cores that it may use' } },
  hidden: true,
  examples: [],
} as const satisfies CommandSpec;
