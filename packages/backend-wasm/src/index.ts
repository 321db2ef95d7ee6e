export { wasmBackend } from './backend.ts';
export type { WasmBackendOptions } from './backend.ts';
export { activateWasm } from './activate.ts';
export { registerGradients } from './gradients.ts';
export type { WasmInfo, WasmOptions } from './activate.ts';
export type { Build } from './builds.ts';
