/**
 * Folds a batch normalisation of fixed statistics into the filter before it: w·scale, and as bias beta + (bias − mean)·scale.
 * @param filter rows × channels (HWIO, the first three axes merged); `bias` the convolution's own, or 0
 * @param constants as `normConstantsInfer` left them
 */
export function foldFilter(
  filter: usize,
  bias: usize,
  beta: usize,
  constants: usize,
  rows: i32,
  channels: i32,
  target: usize,
  shift: usize,
): void {
  const scale = constants + ((<usize>channels) << 2);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < channels; c++) {
      const o = (<usize>(row * channels + c)) << 2;
      store<f32>(target + o, load<f32>(filter + o) * load<f32>(scale + ((<usize>c) << 2)));
    }
  }
  for (let o: usize = 0; o < (<usize>channels) << 2; o += 4) {
    const own: f64 = bias == 0 ? 0 : <f64>load<f32>(bias + o);
    store<f32>(
      shift + o,
      <f32>(<f64>load<f32>(beta + o) + (own - load<f32>(constants + o)) * load<f32>(scale + o)),
    );
  }
}
