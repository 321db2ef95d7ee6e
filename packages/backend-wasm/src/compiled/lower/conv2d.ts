import { forwardPhase, gradientPhases } from '../../conv-phases.ts';
import { activationCode, clampOf } from '../low-node.ts';
import type { Storage } from '../storage.ts';
import { addBiasGradient } from './bias.ts';
import { prepareFilters, type FilterSource } from './conv-filters.ts';
import { addFilterGradient } from './conv-filter-gradient.ts';
import { emitDepthwise, emitDirect, emitWinograd, type Epilogue, type Pass } from './conv-pass.ts';
import { convAttributes, convGeometry, convGradientBorder, convInputBorder } from './conv-shape.ts';
import type { BackwardSite, ForwardSite, Lowering, Site } from './lowering.ts';

/** Two-dimensional convolution; in inference with the batch normalisation, residual and activation behind it. */
export const conv2d: Lowering = {
  inputBorder: convInputBorder,
  gradientBorder: convGradientBorder,
  forward(site) {
    const { node, output } = site;
    const g = convGeometry(node.step);
    const { groups, kernel } = convAttributes(node.step);
    const source = site.input(0);
    const pass: Pass = { phases: [forwardPhase(g)], filterColumns: kernel, source, target: output, groups };
    const { weights, bias } = filterOf(site);
    const { fused, after } = splitEpilogue(site, bias);
    addPass(site, pass, weights, false, fused);
    after();
  },
  backward(site) {
    const dy = site.gradient(convGradientBorder(site.node.step));
    addFilterGradient(site, dy);
    if (convAttributes(site.node.step).bias) addBiasGradient(site, dy);
    if (site.wanted(0)) addInputGradient(site, dy);
  },
};

function addInputGradient(site: BackwardSite, dy: Storage): void {
  const g = convGeometry(site.node.step);
  const { groups, kernel } = convAttributes(site.node.step);
  const dx = site.gradientOf(0);
  const pass: Pass = { phases: gradientPhases(g), filterColumns: kernel, source: dy, target: dx, groups };
  addPass(site, pass, plainWeights(site), true, undefined);
  site.give(0, dx);
}

function addPass(
  site: Site,
  pass: Pass,
  weights: FilterSource,
  transposed: boolean,
  epilogue: Epilogue | undefined,
): void {
  const { node, schedule, kernels } = site;
  const { source, target, groups } = pass;
  const uses = [source, ...(epilogue?.residual === undefined ? [] : [epilogue.residual]), target];
  if (groups > 1 && groups === source.channels && groups === target.channels) {
    const filter = keepFilter(site, weights);
    schedule.add({ node: node.id, uses, images: emitDepthwise(site, pass, filter, epilogue) });
    return;
  }
  const filters = prepareFilters(site, pass, weights, transposed);
  const images = filters.winograd
    ? emitWinograd(
        site,
        pass,
        filters.address(0, 0),
        schedule.work(kernels.winogradScratch(source.channels, target.channels)),
        epilogue,
      )
    : emitDirect(site, pass, (phase, group) => filters.address(phase, group), epilogue);
  schedule.add({ node: node.id, uses, images });
}

function plainWeights(site: Site): FilterSource {
  return { scratch: [], write: () => site.array('weight') };
}

/** The depthwise kernels read weights as they lie: in place, or folded and kept. */
function keepFilter(site: Site, weights: FilterSource): number {
  if (site.node.norm === undefined) return site.array('weight');
  const { channels, kernel } = convAttributes(site.node.step);
  const bytes = 4 * kernel * kernel * channels;
  const kept = site.preparation.block(bytes);
  site.preparation.add([...weights.scratch], (emit, scratch) => {
    emit('copyRows', weights.write(emit, scratch), kept, 1, bytes, bytes, bytes);
  });
  return kept;
}

/** The filter and the bias, with the normalisation behind the convolution folded in where there is one. */
function filterOf(site: ForwardSite): { weights: FilterSource; bias: number } {
  const { node, preparation } = site;
  const { channels, bias } = convAttributes(node.step);
  const own = bias ? site.array('bias') : 0;
  if (node.norm === undefined) return { weights: plainWeights(site), bias: own };
  const { epsilon } = node.norm.attributes as { epsilon: number };
  const { groups, kernel } = convAttributes(node.step);
  const rows = (kernel * kernel * site.input(0).channels) / groups;
  const folded = preparation.block(4 * channels);
  const weights: FilterSource = {
    scratch: [4 * rows * channels, 12 * channels],
    write: (emit, [filter = 0, constants = 0]) => {
      const [mean, variance] = [site.array('runningMean', 'norm'), site.array('runningVariance', 'norm')];
      emit('normConstantsInfer', mean, variance, channels, site.array('gamma', 'norm'), epsilon, constants);
      const beta = site.array('beta', 'norm');
      emit('foldFilter', site.array('weight'), own, beta, constants, rows, channels, filter, folded);
      return filter;
    },
  };
  return { weights, bias: folded };
}

interface EpilogueParts {
  readonly fused: Epilogue | undefined;
  /** What the tile kernel cannot do: a residual that lies in other frames than the output. */
  readonly after: () => void;
}

function splitEpilogue(site: ForwardSite, bias: number): EpilogueParts {
  const { node, residual, output } = site;
  const activation = activationCode(node.activation);
  const none = bias === 0 && residual === undefined && activation === 0;
  if (residual === undefined || alike(residual, output))
    return { fused: none ? undefined : { bias, residual, activation }, after: () => undefined };
  const fused = bias === 0 ? undefined : { bias, residual: undefined, activation: 0 };
  return { fused, after: () => addResidual(site, residual) };
}

/** The tile kernels read the residual at the offsets of the target. */
function alike(residual: Storage, output: Storage): boolean {
  return residual.sameFrames(output) && residual.inset === output.inset;
}

function addResidual({ node, output, schedule, tables }: ForwardSite, residual: Storage): void {
  const [floor, cap] = clampOf(node.activation);
  const operands = [output, residual, undefined, output];
  schedule.add({
    node: node.id,
    uses: [residual, output],
    images: (emit, images) => {
      const [y, b] = [output.pixels(images), residual.pixels(images)];
      emit('pointwise', y, b, 0, 0, y, floor, cap, 0, 0, tables.plane(images, operands));
    },
  });
}
