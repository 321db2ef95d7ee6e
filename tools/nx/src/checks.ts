import type { TargetConfiguration } from '@nx/devkit';

type Targets = Record<string, TargetConfiguration>;

const eslintInputs = ['default', '{workspaceRoot}/eslint.config.ts', '{workspaceRoot}/nx.json'];

/** The checks of one project. Types and lint rules look at imported projects too, hence `^production`. */
export function checkTargets(root: string): Targets {
  return {
    test: check(`vitest run --dir ${root}`, [
      'default',
      '^production',
      '{workspaceRoot}/vitest.config.ts',
      { env: 'CAIRN_DATA' },
    ]),
    lint: check(`eslint --max-warnings=0 ${root}`, [...eslintInputs, '^production']),
    typecheck: check(`node tools/nx/src/typecheck.ts ${root}`, ['default', '^production']),
  };
}

/** The whole tree in one process. Through Nx, because the boundary rule reads the project graph that Nx has just made. */
export const rootTargets: Targets = {
  lint: { command: 'eslint --max-warnings=0 .', options: { cwd: '{workspaceRoot}' }, cache: false },
};

function check(command: string, inputs: NonNullable<TargetConfiguration['inputs']>): TargetConfiguration {
  return { command, options: { cwd: '{workspaceRoot}' }, cache: true, inputs };
}
