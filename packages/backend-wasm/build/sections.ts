/**
 * The kernel module shares TensorFlow.js's memory. Data segments, a start function or a mutable global (a stack or heap
 * pointer) would mean that it believes to own a part of that memory, so the build refuses a module that has one.
 */
const sectionNames = new Map([
  [8, 'a start function'],
  [11, 'data segments'],
]);

function readVarUint(bytes: Uint8Array, start: number): [value: number, next: number] {
  let value = 0;
  let shift = 0;
  for (let at = start; ; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at + 1];
    shift += 7;
  }
}

/** Section ids of a WebAssembly binary, in order. */
export function sectionIds(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 8; at < bytes.length;) {
    ids.push(bytes[at] ?? 0);
    const [size, body] = readVarUint(bytes, at + 1);
    at = body + size;
  }
  return ids;
}

/** Throws where the module brings static data or code that runs by itself. */
export function assertOwnsNoMemory(bytes: Uint8Array, file: string): void {
  for (const id of sectionIds(bytes)) {
    const name = sectionNames.get(id);
    if (name !== undefined)
      throw new Error(`${file} has ${name}: it would overwrite TensorFlow.js's memory.`);
  }
}
