import type { TargetConfiguration } from '@nx/devkit';

/**
 * `nx run experiments:<study>` and `nx run experiments:<study>:<profile>`.
 * A single command through `nx:run-commands` keeps the terminal: Nx gives it a pseudo-terminal when it has one itself.
 */
export function studyTarget(study: string, profiles: readonly string[]): TargetConfiguration {
  return {
    executor: 'nx:run-commands',
    cache: false,
    options: { command: `node experiments/bin/cairn.js run ${study}`, cwd: '{workspaceRoot}' },
    configurations: Object.fromEntries(profiles.map((name) => [name, { args: `--profile=${name}` }])),
  };
}
