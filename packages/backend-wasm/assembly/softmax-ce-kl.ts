/**
 * Cross-entropy with labels and Kullback–Leibler divergence to a teacher at a temperature, with the gradient to the
 * student's logits, row by row in double precision.
 */
import { exp, log } from './exp-log';

/** target[k] = exp((logits[k] − peak) / temperature); returns the sum. */
function exponentials(logits: usize, target: usize, classes: i32, peak: f64, temperature: f64): f64 {
  let sum: f64 = 0;
  for (let k = 0; k < classes; k++) {
    const e = exp((<f64>load<f32>(logits + (<usize>k << 2)) - peak) / temperature);
    store<f64>(target + (<usize>k << 3), e);
    sum += e;
  }
  return sum;
}

function peakOf(logits: usize, classes: i32): f64 {
  let peak = <f64>load<f32>(logits);
  for (let k = 1; k < classes; k++) peak = max(peak, <f64>load<f32>(logits + (<usize>k << 2)));
  return peak;
}

/** Adds the cross-entropy gradient of one row; returns its loss. */
function crossEntropyRow(student: usize, label: i32, gradient: usize, work: usize, classes: i32, weight: f64): f64 {
  const peak = peakOf(student, classes);
  const sum = exponentials(student, work, classes, peak, 1);
  for (let k = 0; k < classes; k++) {
    const target: f64 = k == label ? 1 : 0;
    store<f32>(gradient + (<usize>k << 2), <f32>(weight * (load<f64>(work + (<usize>k << 3)) / sum - target)));
  }
  return peak + log(sum) - <f64>load<f32>(student + (<usize>label << 2));
}

/** Adds the divergence gradient of one row; returns its loss. A class with teacher probability 0 counts 0. */
function divergenceRow(
  student: usize, teacher: usize, gradient: usize, work: usize, classes: i32, temperature: f64, weight: f64,
): f64 {
  const guide = work + (<usize>classes << 3);
  const peakS = peakOf(student, classes), peakT = peakOf(teacher, classes);
  const sumS = exponentials(student, work, classes, peakS, temperature);
  const sumT = exponentials(teacher, guide, classes, peakT, temperature);
  const shift = log(sumS) - log(sumT);
  let loss: f64 = 0;
  for (let k = 0; k < classes; k++) {
    const o = <usize>k << 2;
    const p = load<f64>(guide + (o << 1)) / sumT, q = load<f64>(work + (o << 1)) / sumS;
    const s = <f64>load<f32>(student + o) - peakS, t = <f64>load<f32>(teacher + o) - peakT;
    if (p != 0) loss += p * ((t - s) / temperature + shift);
    store<f32>(gradient + o, <f32>(<f64>load<f32>(gradient + o) + weight * (q - p)));
  }
  return loss;
}

/**
 * @param teacher [rows, classes], or 0 for none (kl = 0)
 * @param labels int32 [rows], or 0 for none (ce = 0)
 * @param ce float32, mean over rows; so is `kl`
 * @param work scratch, 2·classes float64
 */
export function softmaxCeKl(
  student: usize, teacher: usize, labels: usize, gradient: usize, ce: usize, kl: usize, work: usize,
  rows: i32, classes: i32, temperature: f64, ceWeight: f64, klWeight: f64,
): void {
  let ceSum: f64 = 0, klSum: f64 = 0;
  const stride = <usize>classes << 2;
  memory.fill(gradient, 0, <usize>rows * stride);
  for (let row = 0; row < rows; row++) {
    const o = <usize>row * stride;
    if (labels != 0) {
      const label = load<i32>(labels + (<usize>row << 2));
      ceSum += crossEntropyRow(student + o, label, gradient + o, work, classes, ceWeight / rows);
    }
    if (teacher != 0) {
      const weight = klWeight / rows / temperature;
      klSum += divergenceRow(student + o, teacher + o, gradient + o, work, classes, temperature, weight);
    }
  }
  store<f32>(ce, <f32>(ceSum / rows));
  store<f32>(kl, <f32>(klSum / rows));
}

/** The first row whose label is not in 0 … classes − 1, or −1. */
export function firstBadLabel(labels: usize, rows: i32, classes: i32): i32 {
  for (let row = 0; row < rows; row++) {
    const label = load<i32>(labels + (<usize>row << 2));
    if (label < 0 || label >= classes) return row;
  }
  return -1;
}
