/**
 * A plane tells a kernel where the pixels of its operands lie: int32 words [images, rows, columns, channels], then per
 * operand the bytes from one image to the next and from one row to the next. Pixels of a row lie side by side.
 */

// @ts-ignore: decorator
@inline
export function planeImages(plane: usize): i32 {
  return load<i32>(plane);
}

// @ts-ignore: decorator
@inline
export function planeRows(plane: usize): i32 {
  return load<i32>(plane, 4);
}

// @ts-ignore: decorator
@inline
export function planeColumns(plane: usize): i32 {
  return load<i32>(plane, 8);
}

// @ts-ignore: decorator
@inline
export function planeChannels(plane: usize): i32 {
  return load<i32>(plane, 12);
}

/** Byte offset of a row of operand `index`. */
// @ts-ignore: decorator
@inline
export function rowOffset(plane: usize, index: i32, image: i32, row: i32): usize {
  const strides = plane + 16 + (<usize>index << 3);
  return <usize>image * load<u32>(strides) + <usize>row * load<u32>(strides, 4);
}
