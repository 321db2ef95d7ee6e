/** Where the window of a convolution or a pool can stand. */
import type { Shape } from '@cairn/core';
import type { Refusal } from './operation.ts';

export interface Window {
  /** Side of the square window. */
  readonly kernel: number;
  readonly stride: number;
  /** On each of the four sides. */
  readonly padding: number;
}

/** Height and width of the result, rounded down as in PyTorch; a rest at the right and bottom is not read. */
export function windowShape(input: Shape, { kernel, stride, padding }: Window): Shape | Refusal {
  const [height = 0, width = 0] = input;
  if (input.length !== 3)
    return { refused: `input [${input.join(', ')}]`, accepted: '[height, width, channels]' };
  const side = (size: number) => Math.floor((size + 2 * padding - kernel) / stride) + 1;
  if (side(height) < 1 || side(width) < 1)
    return {
      refused: `input ${height}×${width}`,
      accepted: `at least ${kernel - 2 * padding} on each side`,
    };
  return [side(height), side(width)];
}
