import { createRandom, reordered, type Decision, type Move } from '@cairn/core';

/**
 * The moves in another order: none stays in its place, unless it is alone. The same seed gives the same order for as
 * many moves, whatever they are.
 * @param keepLast the last move stays where it is
 */
export function shuffledMoves(moves: readonly Move[], seed: number, keepLast: boolean): readonly Decision[] {
  const count = keepLast ? moves.length - 1 : moves.length;
  const places = Array.from({ length: moves.length }, (_, i) => i);
  return reordered(moves, [...anotherOrder(count, seed), ...places.slice(Math.max(0, count))], 'shuffled');
}

/** Draws until nothing is where it was; up to one item there is no other order. */
function anotherOrder(count: number, seed: number): readonly number[] {
  if (count < 2) return Array.from({ length: Math.max(0, count) }, (_, i) => i);
  const random = createRandom(seed);
  for (let draw = 0; ; draw++) {
    const order = Array.from(random.at('anchor-policy/shuffled', count, draw).permutation(count));
    if (order.every((from, to) => from !== to)) return order;
  }
}
