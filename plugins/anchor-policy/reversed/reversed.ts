import { reordered, type Decision, type Move } from '@cairn/core';

/**
 * The moves backwards.
 * @param keepLast the last move stays where it is
 */
export function reversedMoves(moves: readonly Move[], keepLast: boolean): readonly Decision[] {
  const places = Array.from({ length: moves.length }, (_, i) => i);
  const count = keepLast ? moves.length - 1 : moves.length;
  return reordered(moves, [...places.slice(0, count).reverse(), ...places.slice(count)], 'reversed');
}
