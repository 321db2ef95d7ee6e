/** Checks a graph against the vocabulary and looks up what each node means. */
import {
  optionPath,
  suggestion,
  type ArraySpec,
  type GraphNode,
  type NetworkGraph,
  type Shape,
} from '@cairn/core';
import type { ArrayRole, Operation } from '../operations/operation.ts';
import { findOperation, operationNames } from '../operations/table.ts';
import { graphError } from './errors.ts';

/** What stands in a graph, with its operation, parsed attributes and shapes. */
export interface ResolvedNode {
  readonly node: GraphNode;
  readonly operation: Operation;
  readonly attributes: unknown;
  readonly inputShapes: readonly Shape[];
  readonly roles: Readonly<Record<string, ArrayRole>>;
}

type Draft = Pick<GraphNode, 'id' | 'op' | 'inputs' | 'attributes'>;
type Shapes = ReadonlyMap<string, Shape>;

/**
 * What a node computes, given the shapes of the values before it.
 * @throws CAIRN_PLUGIN_GRAPH_OPERATION, _NODE, _ATTRIBUTE, _SHAPE
 */
export function resolveNode(
  draft: Draft,
  shapes: Shapes,
): Omit<ResolvedNode, 'node'> & { readonly shape: Shape } {
  const operation = findOperation(draft.op);
  if (operation === undefined)
    throw graphError(
      'OPERATION',
      `node "${draft.id}": no operation "${draft.op}"`,
      suggestion(draft.op, operationNames),
    );
  const inputShapes = draft.inputs.map((input) => shapeOf(input, draft.id, shapes));
  const { arity } = operation;
  if (arity === 'several' ? inputShapes.length < 2 : inputShapes.length !== arity)
    throw graphError(
      'SHAPE',
      `${draft.op} "${draft.id}": got ${inputShapes.length} inputs`,
      arity === 'several' ? 'two or more' : `${arity}`,
    );
  const attributes = parseAttributes(draft, operation);
  const shape = operation.shape(inputShapes, attributes);
  if ('refused' in shape)
    throw graphError('SHAPE', `${draft.op} "${draft.id}": got ${shape.refused}`, shape.accepted);
  return { operation, attributes, inputShapes, shape, roles: operation.arrays(inputShapes, attributes) };
}

function shapeOf(input: string, id: string, shapes: Shapes): Shape {
  const shape = shapes.get(input);
  if (shape !== undefined) return shape;
  throw graphError(
    'NODE',
    `node "${id}": its input "${input}" is not among the nodes before it`,
    suggestion(input, shapes.keys()),
  );
}

function parseAttributes({ id, op, attributes }: Draft, operation: Operation): unknown {
  const parsed = operation.attributes.safeParse(attributes);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((i) =>
    [optionPath(i.path), i.message].filter((t) => t !== '').join(': '),
  );
  throw graphError('ATTRIBUTE', `${op} "${id}": got ${JSON.stringify(attributes)}`, problems.join('; '));
}

/**
 * Every node of a graph in order.
 * @throws CAIRN_PLUGIN_GRAPH_… for whatever does not hold together
 */
export function resolveGraph(graph: NetworkGraph): readonly ResolvedNode[] {
  const shapes = new Map<string, Shape>(Object.entries(graph.inputs));
  const trained = new Map(graph.parameters.map((p) => [p.name, p]));
  const buffers = new Map(graph.buffers.map((b) => [b.name, b]));
  const nodes = graph.nodes.map((node): ResolvedNode => {
    const { shape, ...found } = resolveNode(node, shapes);
    if (shapes.has(node.id)) throw graphError('NAME', `node "${node.id}" stands twice`, 'an id of its own');
    if (shape.join() !== node.shape.join())
      throw graphError(
        'SHAPE',
        `node "${node.id}": got shape [${node.shape.join(', ')}]`,
        `[${shape.join(', ')}]`,
      );
    for (const [role, array] of Object.entries(found.roles))
      checkArray(node, role, array, array.trained ? trained : buffers);
    shapes.set(node.id, shape);
    return { node, ...found };
  });
  checkReferences(graph, shapes);
  return nodes;
}

function checkArray(
  node: GraphNode,
  role: string,
  array: ArrayRole,
  known: ReadonlyMap<string, ArraySpec>,
): void {
  const name = node.arrays[role];
  const spec = name === undefined ? undefined : known.get(name);
  const what = array.trained ? 'parameter' : 'buffer';
  if (spec === undefined)
    throw graphError(
      'ARRAY',
      `node "${node.id}": ${role} is ${name === undefined ? 'missing' : `"${name}"`}`,
      `the name of a ${what}`,
    );
  if (spec.shape.join() !== array.shape.join())
    throw graphError(
      'ARRAY',
      `${what} "${spec.name}": got shape [${spec.shape.join(', ')}]`,
      `[${array.shape.join(', ')}]`,
    );
}

function checkReferences(graph: NetworkGraph, shapes: Shapes): void {
  for (const [name, id] of [...Object.entries(graph.outputs), ...Object.entries(graph.taps)])
    if (!shapes.has(id))
      throw graphError('OUTPUT', `"${name}": there is no node "${id}"`, suggestion(id, shapes.keys()));
  const twice = Object.keys(graph.taps).find((name) => graph.outputs[name] !== undefined);
  if (twice !== undefined)
    throw graphError('NAME', `"${twice}" names two values`, 'a name of its own for every output and tap');
  if (graph.outputs['logits'] === undefined)
    throw graphError(
      'OUTPUT',
      `outputs: got ${Object.keys(graph.outputs).join(', ') || 'none'}`,
      'at least "logits"',
    );
}
