/** Geometry of a convolution node, and the borders that its passes need. */
import type { Step } from '@cairn/nn';
import { forwardPhase, gradientPhases, type ConvGeometry, type Phase } from '../../conv-phases.ts';
import type { Border } from '../storage.ts';
import { inputShape } from './lowering.ts';

export interface ConvAttributes {
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
  readonly bias: boolean;
}

export function convAttributes(step: Step): ConvAttributes {
  return step.attributes as ConvAttributes;
}

export function convGeometry(step: Step): ConvGeometry {
  const { kernel, stride, padding, channels } = convAttributes(step);
  const [height = 1, width = 1, inChannels = 1] = inputShape(step);
  const [rows = 1, columns = 1] = step.node.shape;
  return {
    input: [height, width],
    output: [rows, columns],
    filter: [kernel, kernel],
    stride: [stride, stride],
    dilation: [1, 1],
    padding: [padding, padding],
    inChannels,
    outChannels: channels,
  };
}

/** What patches touch outside of images of this size. */
function borderOf(phases: readonly Phase[], rows: number, columns: number): Border {
  const reach = (axis: 'vertical' | 'horizontal'): readonly number[] =>
    phases.flatMap((phase) => {
      const { origin, count, move, taps } = phase[axis];
      return taps.flatMap(({ offset }) => [origin + offset, origin + (count - 1) * move + offset]);
    });
  const [vertical, horizontal] = [reach('vertical'), reach('horizontal')];
  return {
    top: Math.max(0, -Math.min(0, ...vertical)),
    left: Math.max(0, -Math.min(0, ...horizontal)),
    bottom: Math.max(0, Math.max(0, ...vertical) + 1 - rows),
    right: Math.max(0, Math.max(0, ...horizontal) + 1 - columns),
  };
}

export function convInputBorder(step: Step): Border {
  const g = convGeometry(step);
  return borderOf([forwardPhase(g)], g.input[0], g.input[1]);
}

export function convGradientBorder(step: Step): Border {
  const g = convGeometry(step);
  return borderOf(gradientPhases(g), g.output[0], g.output[1]);
}
