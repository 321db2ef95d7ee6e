/** What every kernel of this folder is: a name and a function on tensors in TensorFlow.js's memory. */
import type { KernelConfig, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { BackendError } from '@cairn/core';
import type { KernelModule } from '../kernel-module.ts';
import type { Runtime } from '../runtime.ts';
import { runtimeOf } from '../runtime.ts';
import type { WasmBackend } from '../tfjs-backend.ts';
import { addressOf, forgetCopies } from '../tfjs-backend.ts';

export interface KernelCall<Attributes> {
  readonly attributes: Attributes;
  readonly runtime: Runtime;
  readonly kernels: KernelModule;
  readonly inputs: NamedTensorInfoMap;
  /** An input by name; an error where it is missing. */
  readonly input: (name: string) => TensorInfo;
  /** An input by name, or undefined. */
  readonly optional: (name: string) => TensorInfo | undefined;
  /** Allocates a float32 output (other types on request); its values are not cleared. */
  readonly output: (shape: readonly number[], dtype?: 'float32' | 'int32') => TensorInfo;
  /** Frees what `output` allocated and nobody is to see. */
  readonly release: (tensor: TensorInfo) => void;
  /** To be called for an input that was written in place. */
  readonly written: (tensor: TensorInfo) => void;
  /** Byte address of a tensor; 0 for undefined. */
  readonly address: (tensor: TensorInfo | undefined) => number;
}

/** Describes a kernel for TensorFlow.js's registry. */
export function kernel<Attributes = NamedAttrMap>(
  kernelName: string,
  run: (call: KernelCall<Attributes>) => TensorInfo | TensorInfo[],
): KernelConfig {
  return {
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const wasm = backend as WasmBackend;
      const runtime = runtimeOf(wasm);
      const optional = (name: string): TensorInfo | undefined => inputs[name];
      return run({
        attributes: attrs as unknown as Attributes,
        runtime,
        kernels: runtime.kernels,
        inputs,
        optional,
        input: (name) => optional(name) ?? missingInput(kernelName, name),
        output: (shape, dtype = 'float32') => wasm.makeOutput([...shape], dtype),
        release: (tensor) => void wasm.disposeData(tensor.dataId),
        written: (tensor) => forgetCopies(wasm, tensor),
        address: (tensor) => (tensor === undefined ? 0 : addressOf(wasm, tensor)),
      });
    },
  };
}

function missingInput(kernelName: string, name: string): never {
  throw new BackendError('CAIRN_BACKEND_INPUT', `${kernelName} was called without its input '${name}'.`);
}

/** Throws where shapes differ; a kernel would read past the smaller tensor. */
export function assertSameShape(kernelName: string, first: TensorInfo, second: TensorInfo): void {
  if (first.shape.length === second.shape.length && first.shape.every((size, i) => size === second.shape[i]))
    return;
  throw new BackendError(
    'CAIRN_BACKEND_SHAPE',
    `${kernelName} needs tensors of one shape; they are [${first.shape.join(', ')}] and [${second.shape.join(', ')}].`,
  );
}

/** Throws where a tensor is not of the type that the kernel reads. */
export function assertType(kernelName: string, tensor: TensorInfo, dtype: 'float32' | 'int32'): void {
  if (tensor.dtype === dtype) return;
  throw new BackendError(
    'CAIRN_BACKEND_TYPE',
    `${kernelName} reads ${dtype}; the tensor is ${tensor.dtype}.`,
    {
      fix: `Cast it first: x.cast('${dtype}').`,
    },
  );
}

export function sizeOf(tensor: TensorInfo): number {
  return tensor.shape.reduce((product, size) => product * size, 1);
}
