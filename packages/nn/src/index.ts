export { planArrays, type ArrayPlan } from './graph/array-specs.ts';
export { graphBuilder, type GraphBuilder, type Initializers, type Value } from './graph/builder.ts';
export { hashWeights } from './graph/hash-weights.ts';
export { countCost, netInfo, type Cost } from './graph/info.ts';
export { initialState } from './graph/initial-state.ts';
export { resolveGraph, type ResolvedNode } from './graph/resolve.ts';
export type { ArrayRole, Layout, Operation } from './operations/operation.ts';
export { operations, type OperationName } from './operations/table.ts';
export { createTfjsBackend, type TfjsBackendSpec } from './executor/backend.ts';
export { checkAllArrays, checkArrays } from './executor/array-checks.ts';
export { toBackendOrder, toHostOrder } from './executor/layout.ts';
export {
  disposedError,
  frozenError,
  gradientError,
  inputError,
  optimizerError,
  orderError,
  outputError,
} from './executor/network-errors.ts';
export { optimizerSlots, ruleOf } from './executor/optimizer.ts';
export { planGraph, type Plan, type Step } from './executor/plan.ts';
export { recordKernels } from './executor/record-kernels.ts';
export { TfjsNetwork } from './executor/tfjs-network.ts';
export {
  batchNormInfer,
  batchNormTrain,
  batchNormTrainGrad,
  type BatchNormSettings,
} from './fused/batch-norm.ts';
export { momentumUpdate, type MomentumSettings } from './fused/momentum-update.ts';
export { reluGrad } from './fused/relu-grad.ts';
export { softmaxCeKl, type SoftmaxCeKl, type SoftmaxCeKlInputs } from './fused/softmax-ce-kl.ts';
