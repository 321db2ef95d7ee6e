/**
 * Writes a graph: `const b = graphBuilder(task); const y = b.conv2d('conv1', b.input, { channels: 16, kernel: 3 });`
 * There is a method for every operation of the vocabulary.
 */
import {
  suggestion,
  type ArraySpec,
  type GraphNode,
  type Initializer,
  type JsonObject,
  type NetworkGraph,
  type Shape,
  type Task,
} from '@cairn/core';
import type { z } from 'zod';
import { operationNames, type OperationName, type Operations } from '../operations/table.ts';
import { graphError } from './errors.ts';
import { resolveNode } from './resolve.ts';

/** A node's result while a graph is written. Shape without the batch dimension. */
export interface Value {
  readonly id: string;
  readonly shape: Shape;
}

/** Initialisers by role, where they are not the operation's own (PyTorch's defaults). */
export type Initializers = Readonly<Record<string, Initializer>>;

type More<S extends z.ZodType> =
  Record<never, never> extends z.input<S>
    ? [attributes?: z.input<S>, initializers?: Initializers]
    : [attributes: z.input<S>, initializers?: Initializers];

type NodeMethods = {
  /** @param id PyTorch's module name; parameters are called `<id>.weight` and so on */
  readonly [K in OperationName]: (
    id: string,
    inputs: Value | readonly Value[],
    ...more: More<Operations[K]['attributes']>
  ) => Value;
};

export interface GraphBuilder extends NodeMethods {
  /** The image, input `x`. */
  readonly input: Value;
  /** Names a feature point; gives the value back. @throws CAIRN_PLUGIN_GRAPH_NAME for a repeated name */
  tap(name: string, value: Value): Value;
  /** Names an output; gives the value back. @throws CAIRN_PLUGIN_GRAPH_NAME for a repeated name */
  output(name: string, value: Value): Value;
  /** @throws CAIRN_PLUGIN_GRAPH_OUTPUT without `logits` */
  build(): NetworkGraph;
}

/** @throws CAIRN_PLUGIN_GRAPH_… from every method, at the node that cannot be */
export function graphBuilder({ input: { height, width, channels } }: Task): GraphBuilder {
  const writer = new GraphWriter({ x: [height, width, channels] });
  const methods = Object.fromEntries(
    operationNames.map((op) => [
      op,
      (
        id: string,
        inputs: Value | readonly Value[],
        attributes: JsonObject = {},
        initializers: Initializers = {},
      ) => writer.node(op, id, inputs, attributes, initializers),
    ]),
  ) as unknown as NodeMethods;
  return {
    ...methods,
    input: { id: 'x', shape: [height, width, channels] },
    tap: (name, value) => writer.name(name, value, writer.taps),
    output: (name, value) => writer.name(name, value, writer.outputs),
    build: () => writer.build(),
  };
}

class GraphWriter {
  readonly outputs: Record<string, string> = {};
  readonly taps: Record<string, string> = {};
  readonly #inputs: Readonly<Record<string, Shape>>;
  readonly #shapes: Map<string, Shape>;
  readonly #nodes: GraphNode[] = [];
  readonly #parameters: ArraySpec[] = [];
  readonly #buffers: ArraySpec[] = [];

  constructor(inputs: Readonly<Record<string, Shape>>) {
    this.#inputs = inputs;
    this.#shapes = new Map(Object.entries(inputs));
  }

  node(
    op: OperationName,
    id: string,
    from: Value | readonly Value[],
    attributes: JsonObject,
    initializers: Initializers,
  ): Value {
    if (this.#shapes.has(id)) throw graphError('NAME', `node "${id}" stands twice`, 'an id of its own');
    const inputs = ('id' in from ? [from] : from).map((v) => v.id);
    const { shape, roles } = resolveNode({ id, op, inputs, attributes }, this.#shapes);
    const stranger = Object.keys(initializers).find((role) => roles[role] === undefined);
    if (stranger !== undefined)
      throw graphError(
        'ARRAY',
        `${op} "${id}": got an initializer for "${stranger}"`,
        suggestion(stranger, Object.keys(roles)),
      );
    const arrays: Record<string, string> = {};
    for (const [role, array] of Object.entries(roles)) {
      const spec = {
        name: `${id}.${array.name}`,
        shape: array.shape,
        init: initializers[role] ?? array.init,
      };
      (array.trained ? this.#parameters : this.#buffers).push(spec);
      arrays[role] = spec.name;
    }
    this.#nodes.push({ id, op, inputs, attributes, arrays, shape });
    this.#shapes.set(id, shape);
    return { id, shape };
  }

  name(name: string, value: Value, names: Record<string, string>): Value {
    if (this.outputs[name] !== undefined || this.taps[name] !== undefined)
      throw graphError('NAME', `"${name}" names two values`, 'a name of its own for every output and tap');
    if (!this.#shapes.has(value.id))
      throw graphError('NODE', `"${name}": there is no node "${value.id}"`, 'a value of this builder');
    names[name] = value.id;
    return value;
  }

  build(): NetworkGraph {
    if (this.outputs['logits'] === undefined)
      throw graphError(
        'OUTPUT',
        `outputs: got ${Object.keys(this.outputs).join(', ') || 'none'}`,
        'at least "logits"',
      );
    return {
      inputs: this.#inputs,
      nodes: [...this.#nodes],
      parameters: [...this.#parameters],
      buffers: [...this.#buffers],
      outputs: { ...this.outputs },
      taps: { ...this.taps },
    };
  }
}
