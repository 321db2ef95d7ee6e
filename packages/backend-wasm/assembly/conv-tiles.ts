/**
 * Convolution as a small matrix product without a patch matrix: a tile of 6 output pixels × 8 output channels in 12
 * registers. A pixel's patch is a list of taps (byte offsets to the pixel's source address); each tap is a run of
 * `run` floats that lie side by side, so a row of a 3×3 patch in NHWC is one tap of 3·channels.
 * The forward pass and the input gradient (by output phase) are both this kernel with different tables.
 */
import { at, finish } from './epilogue';
import { madd } from './madd';
import { storeLanes } from './lanes';

// @ts-ignore: decorator
@inline
function entry(pixels: usize, index: i32, last: i32): usize {
  return pixels + (<usize>min(index, last) << 3);
}

/**
 * @param filter packed panels of 8 output channels: [panel][tap][run][8]
 * @param pixels table of (source, target) byte offsets; tiles past the end repeat the last pixel
 */
export function convTiles(
  source: usize, target: usize, filter: usize, taps: usize, tapCount: i32, run: i32,
  pixels: usize, pixelCount: i32, outChannels: i32,
): void {
  convTilesFused(source, target, filter, taps, tapCount, run, pixels, pixelCount, outChannels, 0, 0, 0);
}

/**
 * The same, then + bias, + residual and an activation (see `epilogue.ts`).
 * @param bias `outChannels` floats, or 0
 * @param residual read at the target's offsets, or 0; it may be the target itself
 */
export function convTilesFused(
  source: usize, target: usize, filter: usize, taps: usize, tapCount: i32, run: i32,
  pixels: usize, pixelCount: i32, outChannels: i32, bias: usize, residual: usize, activation: i32,
): void {
  const panelBytes = <usize>(tapCount * run) << 5;
  const last = pixelCount - 1;
  for (let channel = 0; channel < outChannels; channel += 8) {
    const left = outChannels - channel, o = <usize>channel << 2;
    const panelBias = at(bias, o), panelResidual = at(residual, o);
    for (let p = 0; p < pixelCount; p += 6) {
      tile(source, target + o, filter, taps, tapCount, run,
        entry(pixels, p, last), entry(pixels, p + 1, last), entry(pixels, p + 2, last),
        entry(pixels, p + 3, last), entry(pixels, p + 4, last), entry(pixels, p + 5, last), left,
        panelBias, panelResidual, activation);
    }
    filter += panelBytes;
  }
}

// @ts-ignore: decorator
@inline
function put(
  target: usize, low: v128, high: v128, left: i32, bias: usize, residual: usize, activation: i32,
): void {
  const highBias = at(bias, 16), highResidual = at(residual, 16);
  if (left >= 8) {
    v128.store(target, finish<v128>(low, bias, residual, activation, 4));
    v128.store(target, finish<v128>(high, highBias, highResidual, activation, 4), 16);
  } else {
    storeLanes<f32>(target, finish<f32>(low, bias, residual, activation, left), left);
    storeLanes<f32>(target + 16, finish<f32>(high, highBias, highResidual, activation, left - 4), left - 4);
  }
}

function tile(
  source: usize, target: usize, filter: usize, taps: usize, tapCount: i32, run: i32,
  e0: usize, e1: usize, e2: usize, e3: usize, e4: usize, e5: usize, left: i32,
  bias: usize, residual: usize, activation: i32,
): void {
  let l0 = f32x4.splat(0), l1 = l0, l2 = l0, l3 = l0, l4 = l0, l5 = l0;
  let h0 = l0, h1 = l0, h2 = l0, h3 = l0, h4 = l0, h5 = l0;
  for (let t = 0; t < tapCount; t++) {
    const base = source + load<i32>(taps + (<usize>t << 2));
    let a0 = base + load<i32>(e0), a1 = base + load<i32>(e1), a2 = base + load<i32>(e2);
    let a3 = base + load<i32>(e3), a4 = base + load<i32>(e4), a5 = base + load<i32>(e5);
    for (let k = run; k > 0; k--) {
      const low = v128.load(filter), high = v128.load(filter, 16);
      const s0 = v128.load32_splat(a0);
      l0 = madd(s0, low, l0);
      h0 = madd(s0, high, h0);
      const s1 = v128.load32_splat(a1);
      l1 = madd(s1, low, l1);
      h1 = madd(s1, high, h1);
      const s2 = v128.load32_splat(a2);
      l2 = madd(s2, low, l2);
      h2 = madd(s2, high, h2);
      const s3 = v128.load32_splat(a3);
      l3 = madd(s3, low, l3);
      h3 = madd(s3, high, h3);
      const s4 = v128.load32_splat(a4);
      l4 = madd(s4, low, l4);
      h4 = madd(s4, high, h4);
      const s5 = v128.load32_splat(a5);
      l5 = madd(s5, low, l5);
      h5 = madd(s5, high, h5);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      a4 += 4;
      a5 += 4;
      filter += 32;
    }
  }
  const plain = left >= 8 && bias == 0 && residual == 0 && activation == 0;
  const o0 = <usize>load<i32>(e0, 4);
  const o1 = <usize>load<i32>(e1, 4);
  const o2 = <usize>load<i32>(e2, 4);
  const o3 = <usize>load<i32>(e3, 4);
  const o4 = <usize>load<i32>(e4, 4);
  const o5 = <usize>load<i32>(e5, 4);
  if (plain) {
    v128.store(target + o0, l0);
    v128.store(target + o0, h0, 16);
    v128.store(target + o1, l1);
    v128.store(target + o1, h1, 16);
    v128.store(target + o2, l2);
    v128.store(target + o2, h2, 16);
    v128.store(target + o3, l3);
    v128.store(target + o3, h3, 16);
    v128.store(target + o4, l4);
    v128.store(target + o4, h4, 16);
    v128.store(target + o5, l5);
    v128.store(target + o5, h5, 16);
    return;
  }
  put(target + o0, l0, h0, left, bias, at(residual, o0), activation);
  if (o1 != o0) put(target + o1, l1, h1, left, bias, at(residual, o1), activation);
  if (o2 != o1) put(target + o2, l2, h2, left, bias, at(residual, o2), activation);
  if (o3 != o2) put(target + o3, l3, h3, left, bias, at(residual, o3), activation);
  if (o4 != o3) put(target + o4, l4, h4, left, bias, at(residual, o4), activation);
  if (o5 != o4) put(target + o5, l5, h5, left, bias, at(residual, o5), activation);
}
