/** What the AssemblyScript module exports; the source of each function is in `assembly/` under the same name. */
type Call<Count extends number, Result = void> = (...numbers: FixedNumbers<Count>) => Result;
type FixedNumbers<Count extends number, Built extends number[] = []> = Built['length'] extends Count
  ? Built
  : FixedNumbers<Count, [...Built, number]>;

export interface KernelModule {
  readonly convTiles: Call<9>;
  readonly convTilesFused: Call<12>;
  readonly filterGradTiles: Call<9>;
  readonly pixelTable: Call<12>;
  readonly padImages: Call<12>;
  readonly padChannels: Call<5>;
  readonly packFilter: Call<4>;
  readonly packFilterTransposed: Call<6>;
  readonly winogradFilter: Call<5>;
  readonly winogradScratch: Call<2, number>;
  readonly winogradTiles: Call<10>;
  readonly winogradTilesFused: Call<13>;
  readonly winogradFilterGrad: Call<10>;
  readonly winogradFilterGradEnd: Call<5>;
  readonly winogradFilterGradScratch: Call<2, number>;
  readonly winogradFilterGradSums: Call<2, number>;
  readonly depthwiseTiles: Call<8>;
  readonly depthwiseTilesFused: Call<11>;
  readonly depthwiseScatter: Call<8>;
  readonly depthwiseFilterGrad: Call<8>;
  readonly cropImages: Call<12>;
  readonly copyPerMultiplier: Call<6>;
  readonly channelStatistics: Call<6>;
  readonly batchNormApply: Call<11>;
  readonly batchNormGradSums: Call<14>;
  readonly batchNormGradApply: Call<14>;
  readonly reluGrad: Call<4>;
  readonly momentumUpdate: Call<10>;
  readonly softmaxCeKl: Call<12>;
  readonly firstBadLabel: Call<3, number>;
  readonly poolForward: Call<6>;
  readonly poolBackward: Call<7>;
  readonly copyRows: Call<6>;
  readonly addRows: Call<6>;
  readonly shuffleChannels: Call<5>;
  readonly segmentSum: Call<7>;
  readonly fill: Call<2>;
  readonly maddPeak: Call<2>;
  readonly multiplyAddProbe: Call<3, number>;
  readonly pointwise: Call<10>;
  readonly clearBorder: Call<9>;
  readonly shardStatistics: Call<4>;
  readonly normConstants: Call<9>;
  readonly normConstantsInfer: Call<6>;
  readonly moveStatistics: Call<7>;
  readonly normalise: Call<8>;
  readonly normGradSums: Call<8>;
  readonly normGradFactors: Call<6>;
  readonly normParameterGrad: Call<6>;
  readonly normGradApply: Call<9>;
  readonly sumBlocks: Call<5>;
  readonly sgdUpdate: Call<6>;
  readonly adamwUpdate: Call<6>;
  readonly planeAverage: Call<3>;
  readonly planeAverageGrad: Call<3>;
  readonly planeChannelSums: Call<3>;
  readonly foldFilter: Call<8>;
}
