export { goldenNumbers } from './numbers.ts';
export {
  resnet20Batch,
  resnet20Inputs,
  resnet20Loss,
  resnet20Rule,
  resnet20State,
  resnet20Steps,
  resnet20Task,
  type GoldenStep,
  type GoldenSummary,
} from './resnet20-step.ts';
export {
  twinBatch,
  twinDepth,
  twinGuide,
  twinImage,
  twinLoss,
  twinLosses,
  twinPadding,
  twinRule,
  twinTask,
  type TwinCrop,
} from './twin.ts';
