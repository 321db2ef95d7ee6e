/** The catalogue: every plugin that a study may choose. One import and one line each. */
import { entropyMatched } from '@cairn/anchor-policy-entropy-matched';
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { final } from '@cairn/anchor-policy-final';
import { foreignRoute } from '@cairn/anchor-policy-foreign-route';
import { greedy } from '@cairn/anchor-policy-greedy';
import { listed } from '@cairn/anchor-policy-listed';
import { reversed } from '@cairn/anchor-policy-reversed';
import { shuffled } from '@cairn/anchor-policy-shuffled';
import { snapshotEnsemble } from '@cairn/anchor-policy-snapshot-ensemble';
import { cropFlip } from '@cairn/augmentation-crop-flip';
import { bestSingle } from '@cairn/curriculum-best-single';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { cifar10 } from '@cairn/dataset-cifar10';
import { cifar100 } from '@cairn/dataset-cifar100';
import { textures } from '@cairn/dataset-textures';
import { brier } from '@cairn/evaluator-brier';
import { ece } from '@cairn/evaluator-ece';
import { fidelity } from '@cairn/evaluator-fidelity';
import { nll } from '@cairn/evaluator-nll';
import { topK } from '@cairn/evaluator-top-k';
import { local } from '@cairn/launcher-local';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { resnet } from '@cairn/model-resnet';
import { all } from '@cairn/route-recorder-all';
import { everyEpochs } from '@cairn/route-recorder-every-epochs';
import { geometric } from '@cairn/route-recorder-geometric';
import { lrDrops } from '@cairn/route-recorder-lr-drops';

export const plugins = [
  all,
  bestSingle,
  brier,
  cifar10,
  cifar100,
  converged,
  cropFlip,
  crossEntropy,
  ece,
  entropyMatched,
  equalEpochs,
  everyEpochs,
  fidelity,
  final,
  foreignRoute,
  geometric,
  greedy,
  kd,
  listed,
  local,
  lrDrops,
  nll,
  rco,
  resnet,
  reversed,
  shuffled,
  snapshotEnsemble,
  supervised,
  textures,
  topK,
];
