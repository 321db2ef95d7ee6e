/** Writes zeros over `bytes` bytes. */
export function fill(target: usize, bytes: usize): void {
  memory.fill(target, 0, bytes);
}
