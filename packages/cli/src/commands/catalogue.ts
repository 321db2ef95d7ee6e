/** Every command: its line, and where its work is found. Loaded when called, so that help stays quick. */
import type { CommandSpec } from '../args/flags.ts';
import { doctorSpec, pluginsSpec, runSpec, taskSpec } from '../args/specs.ts';
import type { Command } from '../command.ts';

export interface CommandEntry {
  readonly spec: CommandSpec;
  load(): Promise<Command>;
}

export const catalogue: readonly CommandEntry[] = [
  { spec: runSpec, load: async () => (await import('./run.ts')).run },
  { spec: pluginsSpec, load: async () => (await import('./plugins.ts')).plugins },
  { spec: doctorSpec, load: async () => (await import('./doctor.ts')).doctor },
  { spec: taskSpec, load: async () => (await import('./task.ts')).task },
];
