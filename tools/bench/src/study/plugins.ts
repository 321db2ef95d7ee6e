/** The plugins that the study of this benchmark is made of. */
import { equalEpochs } from '@cairn/anchor-policy-equal-epochs';
import { cropFlip } from '@cairn/augmentation-crop-flip';
import { converged } from '@cairn/curriculum-converged';
import { rco } from '@cairn/curriculum-rco';
import { supervised } from '@cairn/curriculum-supervised';
import { textures } from '@cairn/dataset-textures';
import { topK } from '@cairn/evaluator-top-k';
import { local } from '@cairn/launcher-local';
import { crossEntropy } from '@cairn/loss-cross-entropy';
import { kd } from '@cairn/loss-kd';
import { resnet } from '@cairn/model-resnet';
import { everyEpochs } from '@cairn/route-recorder-every-epochs';

export const plugins = [
  converged,
  cropFlip,
  crossEntropy,
  equalEpochs,
  everyEpochs,
  kd,
  local,
  rco,
  resnet,
  supervised,
  textures,
  topK,
];
