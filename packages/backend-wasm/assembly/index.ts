/**
 * Entry of the kernel module. All pointers are byte addresses in TensorFlow.js's own memory; the module owns no static
 * data, no stack and no allocator, so that nothing of TensorFlow.js can be overwritten.
 */
export { convTiles, convTilesFused } from './conv-tiles';
export { filterGradTiles } from './filter-grad-tiles';
export { pixelTable } from './pixel-table';
export { padImages, padChannels } from './pad';
export { winogradFilter, winogradScratch, winogradTiles, winogradTilesFused } from './winograd';
export { winogradFilterGrad, winogradFilterGradEnd, winogradFilterGradScratch, winogradFilterGradSums } from './winograd-filter-grad';
export { packFilter, packFilterTransposed } from './pack-filter';
export { depthwiseScatter, cropImages, copyPerMultiplier } from './depthwise';
export { depthwiseFilterGrad } from './depthwise-filter-grad';
export { depthwiseTiles, depthwiseTilesFused } from './depthwise-tiles';
export { channelStatistics } from './channel-statistics';
export { batchNormApply, batchNormGradSums, batchNormGradApply } from './batch-norm';
export { reluGrad } from './relu-grad';
export { momentumUpdate } from './momentum';
export { firstBadLabel, softmaxCeKl } from './softmax-ce-kl';
export { poolForward, poolBackward } from './pool';
export { addRows, copyRows, shuffleChannels } from './copy';
export { segmentSum } from './segment-sum';
export { fill } from './fill';
export { multiplyAddProbe } from './madd';
export { clearBorder, pointwise } from './pointwise';
export { moveStatistics, normConstants, normConstantsInfer, shardStatistics } from './shard-statistics';
export { normGradApply, normGradFactors, normGradSums, normParameterGrad, normalise } from './normalise';
export { adamwUpdate, sgdUpdate, sumBlocks } from './flat-arrays';
export { planeAverage, planeAverageGrad, planeChannelSums } from './plane-average';
export { foldFilter } from './fold-filter';
export { maddPeak } from './tiles';
