/**
 * The few members of TensorFlow.js's WASM backend that the kernels rely on (version 4.22; `activate` checks that they
 * are there). Addresses are bytes in its memory. The memory may grow at every allocation: take views late, keep none.
 */
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';

export interface WasmBackend {
  readonly wasm: {
    readonly asm: { readonly memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(address: number): void;
    readonly tfjs: {
      registerTensor(id: number, size: number, address: number): void;
      disposeData(id: number): void;
    };
  };
  readonly dataIdMap: { get(dataId: object): { readonly id: number; readonly memoryOffset: number } };
  disposeData(dataId: object): boolean;
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
}

/** Byte address of a tensor's first value. */
export function addressOf(backend: WasmBackend, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/**
 * Tells the stock kernels that a tensor was written in place. They keep packed copies of weights (matrix product, fused
 * and depthwise convolution, PReLU) by tensor id, and would go on with the old values. Forgetting the id and registering
 * it again drops the copies and leaves the data where it is.
 */
export function forgetCopies(backend: WasmBackend, tensor: TensorInfo): void {
  const { id, memoryOffset } = backend.dataIdMap.get(tensor.dataId);
  backend.wasm.tfjs.disposeData(id);
  backend.wasm.tfjs.registerTensor(
    id,
    tensor.shape.reduce((product, size) => product * size, 1),
    memoryOffset,
  );
}

export function isWasmBackend(value: unknown): value is WasmBackend {
  if (typeof value !== 'object' || value === null || !('wasm' in value) || !('dataIdMap' in value))
    return false;
  const { wasm } = value as WasmBackend;
  return wasm.asm.memory instanceof WebAssembly.Memory && typeof wasm._malloc === 'function';
}
