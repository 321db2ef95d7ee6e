import { RunError } from '@cairn/core';
import type { LossInstance, LossNeeds, NetInfo, Network, PluginData, Plugins, Random } from '@cairn/core';

/** A loss made ready for one stage. */
export interface ReadyLoss {
  readonly needs: LossNeeds;
  readonly instance: LossInstance;
}

export interface LossMaker {
  readonly plugins: Plugins;
  readonly random: Random;
  readonly classes: number;
  readonly datasetSize: number;
}

/** Builds the loss of an update. @throws CAIRN_LOSS_… where it does not fit the networks */
export function readyLoss(
  data: PluginData<'loss'>,
  maker: LossMaker,
  learner: NetInfo,
  guide?: NetInfo,
): ReadyLoss {
  const loss = maker.plugins.create(data);
  const sides = { learner, ...(guide === undefined ? {} : { guide }) };
  const needs = loss.needs(learner, guide);
  const { random, classes, datasetSize } = maker;
  return { needs, instance: loss.create({ ...sides, classes, datasetSize, random }) };
}

/** The network that an update names. @throws CAIRN_CURRICULUM_LEARNER */
export function learnerOf(networks: ReadonlyMap<string, Network>, name: string): Network {
  const network = networks.get(name);
  if (network !== undefined) return network;
  throw new RunError('CAIRN_CURRICULUM_LEARNER', `the curriculum trains "${name}"`, {
    fix: `a network of this run: ${[...networks.keys()].join(', ')}`,
  });
}
