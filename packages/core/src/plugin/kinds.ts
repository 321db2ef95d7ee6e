import type { AnchorPolicy } from '../contracts/anchor-policy.ts';
import type { Augmentation } from '../contracts/augmentation.ts';
import type { Curriculum } from '../contracts/curriculum.ts';
import type { Dataset } from '../contracts/dataset.ts';
import type { DistillLoss } from '../contracts/loss.ts';
import type { Evaluator } from '../contracts/evaluator.ts';
import type { Launcher } from '../contracts/launcher.ts';
import type { Model } from '../contracts/model.ts';
import type { RouteRecorder } from '../contracts/route.ts';

/** What a study chooses: each kind of plugin and the contract that it fulfils. A folder of `plugins/` each. */
export interface PluginKinds {
  'anchor-policy': AnchorPolicy;
  augmentation: Augmentation;
  curriculum: Curriculum;
  dataset: Dataset;
  evaluator: Evaluator;
  launcher: Launcher;
  loss: DistillLoss;
  model: Model;
  'route-recorder': RouteRecorder;
}
export type PluginKind = keyof PluginKinds;

/** The token under which the factories of a kind are bound. */
const TOKENS: Readonly<Record<PluginKind, symbol>> = {
  'anchor-policy': Symbol.for('cairn.AnchorPolicy'),
  augmentation: Symbol.for('cairn.Augmentation'),
  curriculum: Symbol.for('cairn.Curriculum'),
  dataset: Symbol.for('cairn.Dataset'),
  evaluator: Symbol.for('cairn.Evaluator'),
  launcher: Symbol.for('cairn.Launcher'),
  loss: Symbol.for('cairn.DistillLoss'),
  model: Symbol.for('cairn.Model'),
  'route-recorder': Symbol.for('cairn.RouteRecorder'),
};

export const pluginKinds = Object.keys(TOKENS) as readonly PluginKind[];

export function isPluginKind(text: string): text is PluginKind {
  return Object.hasOwn(TOKENS, text);
}

export function tokenOf(kind: PluginKind): symbol {
  return TOKENS[kind];
}
