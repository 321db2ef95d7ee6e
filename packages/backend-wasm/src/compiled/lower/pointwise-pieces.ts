/** Pieces out of the pointwise kernel, which several operations need. */
import type { Schedule } from '../schedule.ts';
import type { Border, Storage } from '../storage.ts';
import type { Tables } from '../tables.ts';
import { clampOf, type Activation } from '../low-node.ts';

interface Context {
  readonly schedule: Schedule;
  readonly tables: Tables;
}

interface Sum {
  readonly node: string;
  readonly a: Storage;
  readonly b?: Storage | undefined;
  readonly y: Storage;
  readonly activation?: Activation;
  /** y is 0 where the mask, the result of this activation, has no slope. */
  readonly mask?: { readonly value: Storage; readonly activation: Activation } | undefined;
}

/** y = activation(a + b), or a + b where the mask is open. */
export function addPointwise({ schedule, tables }: Context, sum: Sum): void {
  const { node, a, b, y, activation = 'none', mask } = sum;
  const [floor, cap] = clampOf(activation);
  const [low, high] = clampOf(mask?.activation ?? 'none');
  const operands = [a, b, mask?.value, y];
  schedule.add({
    node,
    uses: [...operands.flatMap((s) => s ?? [])],
    images: (emit, images) => {
      // prettier-ignore
      emit(
        'pointwise', a.pixels(images), b?.pixels(images) ?? 0, 0, mask?.value.pixels(images) ?? 0, y.pixels(images),
        floor, cap, low, high, tables.plane(images, operands),
      );
    },
  });
}

/** The sum of several values in frames with at least this border; the only one itself where it fits. */
export function sumOf(context: Context, node: string, values: readonly Storage[], border: Border): Storage {
  const [first, ...others] = values;
  if (first === undefined) throw new TypeError('sum of nothing');
  const fits = (['top', 'left', 'bottom', 'right'] as const).every(
    (side) => first.border[side] >= border[side],
  );
  if (others.length === 0 && fits) return first;
  const shape = [first.rows, first.columns, first.channels];
  let sum = first;
  const rest = others.length === 0 ? [undefined] : others;
  rest.forEach((b, i) => {
    const y = context.schedule.storage(shape, i === rest.length - 1 ? border : undefined);
    addPointwise(context, { node, a: sum, b, y });
    sum = y;
  });
  return sum;
}
