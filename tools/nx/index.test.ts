import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProjectConfiguration } from '@nx/devkit';
import { afterAll, expect, test } from 'vitest';
import { createNodes } from './index.ts';

const workspace = mkdtempSync(join(tmpdir(), 'cairn-nx-'));
mkdirSync(join(workspace, 'experiments/quickstart'), { recursive: true });
writeFileSync(
  join(workspace, 'experiments/quickstart/experiment.ts'),
  'export const study = defineStudy({ profiles: { smoke: {}, paper: {} } });',
);
afterAll(() => rmSync(workspace, { recursive: true }));

async function projectAt(file: string, root: string): Promise<Partial<ProjectConfiguration> | undefined> {
  const context = { workspaceRoot: workspace, nxJsonConfiguration: {} };
  const [found] = await createNodes[1]([file], undefined, context);
  return found?.[1].projects?.[root];
}

test('a study becomes a target with a configuration per profile, never cached', async () => {
  const project = await projectAt('experiments/quickstart/experiment.ts', 'experiments');
  expect(project?.targets?.['quickstart']).toEqual({
    executor: 'nx:run-commands',
    cache: false,
    options: { command: 'node experiments/bin/cairn.js run quickstart', cwd: '{workspaceRoot}' },
    configurations: {
      default: { args: '--profile=default' },
      smoke: { args: '--profile=smoke' },
      paper: { args: '--profile=paper' },
    },
  });
});

test('a plugin gets its three checks', async () => {
  const project = await projectAt(
    'plugins/anchor-policy/greedy/package.json',
    'plugins/anchor-policy/greedy',
  );
  expect(Object.keys(project?.targets ?? {})).toEqual(['test', 'lint', 'typecheck']);
});
