import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CreateNodes, CreateNodesResult } from '@nx/devkit';
import { createNodesFromFiles } from '@nx/devkit';
import { checkTargets, rootTargets } from './src/checks.ts';
import { profileNames } from './src/profiles.ts';
import { studyTarget } from './src/study.ts';

const manifests = '{package.json,{packages,apps,tools}/*/package.json,plugins/*/*/package.json}';
const studies = 'experiments/{package.json,*/experiment.ts}';

export const name = '@cairn/nx';

/** Gives every project its checks and every study a target of the project `experiments`. */
export const createNodes: CreateNodes = [
  `{${manifests},${studies}}`,
  (files, options, context) =>
    createNodesFromFiles((file) => nodesOf(file, context.workspaceRoot), files, options, context),
];

function nodesOf(file: string, workspace: string): CreateNodesResult {
  const root = dirname(file);
  if (basename(file) === 'experiment.ts') {
    const profiles = profileNames(readFileSync(join(workspace, file), 'utf8'));
    return {
      projects: { experiments: { targets: { [basename(root)]: studyTarget(basename(root), profiles) } } },
    };
  }
  return { projects: { [root]: { targets: root === '.' ? rootTargets : checkTargets(root) } } };
}
