/** Counts WebAssembly memory, which Node does not. Imported before anything that makes one. */
const memories: WeakRef<WebAssembly.Memory>[] = [];

// A proxy, so that a memory that a module brings along is still an instance of it.
WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(Memory, [descriptor]: [WebAssembly.MemoryDescriptor]) {
    const memory = new Memory(descriptor);
    memories.push(new WeakRef(memory));
    return memory;
  },
});

/** Bytes of all memories that were made from JavaScript since. */
export function wasmMemoryBytes(): number {
  return memories.reduce((sum, memory) => sum + (memory.deref()?.buffer.byteLength ?? 0), 0);
}
