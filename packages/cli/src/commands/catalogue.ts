/** Every command: its line, and where its work is found. Loaded when called, so that help stays quick. */
import type { CommandSpec } from '../args/flags.ts';
import { compareSpec, reportSpec, rerunSpec, syncSpec, uiSpec, verifySpec } from '../args/result-specs.ts';
import {
  analyseSpec,
  dataSpec,
  doctorSpec,
  evalSpec,
  gcSpec,
  paceSpec,
  pluginsSpec,
  routesSpec,
  runsSpec,
  runSpec,
  taskSpec,
} from '../args/specs.ts';
import type { Command } from '../command.ts';

export interface CommandEntry {
  readonly spec: CommandSpec;
  load(): Promise<Command>;
}

export const catalogue: readonly CommandEntry[] = [
  { spec: runSpec, load: async () => (await import('./run.ts')).run },
  { spec: compareSpec, load: async () => (await import('./compare.ts')).compare },
  { spec: reportSpec, load: async () => (await import('./report.ts')).report },
  { spec: runsSpec, load: async () => (await import('./runs.ts')).runs },
  { spec: routesSpec, load: async () => (await import('./routes.ts')).routes },
  { spec: pluginsSpec, load: async () => (await import('./plugins.ts')).plugins },
  { spec: dataSpec, load: async () => (await import('./data.ts')).data },
  { spec: evalSpec, load: async () => (await import('./eval.ts')).evaluation },
  { spec: analyseSpec, load: async () => (await import('./analyse.ts')).analyse },
  { spec: verifySpec, load: async () => (await import('./verify.ts')).verify },
  { spec: rerunSpec, load: async () => (await import('./rerun.ts')).rerun },
  { spec: syncSpec, load: async () => (await import('./sync.ts')).sync },
  { spec: uiSpec, load: async () => (await import('./ui.ts')).ui },
  { spec: gcSpec, load: async () => (await import('./gc.ts')).gc },
  { spec: doctorSpec, load: async () => (await import('./doctor.ts')).doctor },
  { spec: paceSpec, load: async () => (await import('./pace.ts')).pace },
  { spec: taskSpec, load: async () => (await import('./task.ts')).task },
];
