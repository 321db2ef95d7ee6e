/** Where labels go, so that they cover neither each other nor what they name. In pixels, y downwards. */
import { textWidth } from '../render/text-width.ts';

export interface Anchored {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface Placed extends Anchored {
  /** Left end of the text, and its middle. */
  readonly left: number;
  readonly middle: number;
  /** Where a line from the point to the text ends; absent where they touch. */
  readonly leader?: { readonly x: number; readonly y: number };
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Room {
  readonly width: number;
  readonly height: number;
  /** How far labels may stand outside, at the right. */
  readonly margin: number;
  readonly fontSize: number;
  /** What should stay visible. */
  readonly obstacles: readonly { readonly x: number; readonly y: number }[];
}

const DISTANCES = [7, 14, 24, 36, 50];
const DIRECTIONS = [0, -30, 30, -60, 60, -90, 90, 180, -150, 150].map((degrees) => (degrees * Math.PI) / 180);
const ROUNDS = 3;

/** Greedy, in some rounds: each label takes the place that covers least, near its point where it can. */
export function placeLabels(labels: readonly Anchored[], room: Room): Placed[] {
  const placed: (Placed | undefined)[] = labels.map(() => undefined);
  for (let round = 0; round < ROUNDS; round++) {
    labels.forEach((label, i) => {
      const others = placed.flatMap((other, j) =>
        j === i || other === undefined ? [] : [boxOf(other, room)],
      );
      placed[i] = best(label, others, room);
    });
  }
  return placed.filter((label) => label !== undefined);
}

function best(label: Anchored, others: readonly Box[], room: Room): Placed {
  let [found, least] = [at(label, 0, 7, room), Infinity];
  for (const distance of DISTANCES) {
    for (const direction of DIRECTIONS) {
      const candidate = at(label, direction, distance, room);
      const box = boxOf(candidate, room);
      const price =
        (distance - 7) * 0.5 +
        Math.abs(direction) * 1.2 +
        outside(box, room) * 40 +
        others.reduce((sum, other) => sum + overlap(box, other), 0) * 3 +
        room.obstacles.filter((point) => inside(point, box)).length * 5;
      if (price < least) [found, least] = [candidate, price];
    }
  }
  return found;
}

function at(label: Anchored, direction: number, distance: number, { fontSize }: Room): Placed {
  const width = textWidth(label.text, fontSize);
  const [dx, dy] = [Math.cos(direction), Math.sin(direction)];
  const middle = label.y + dy * distance;
  const shift = Math.abs(dx) < 0.3 ? -width / 2 : dx > 0 ? 0 : -width;
  const left = label.x + dx * distance + shift;
  if (distance < 14) return { ...label, left, middle };
  const end =
    dx < 0 && Math.abs(dx) >= 0.3 ? left + width + 2 : Math.abs(dx) < 0.3 ? left + width / 2 : left - 2;
  const y = Math.abs(dx) < 0.3 ? middle - (Math.sign(dy) * fontSize) / 2 : middle;
  return { ...label, left, middle, leader: { x: end, y } };
}

function boxOf({ left, middle, text }: Placed, { fontSize }: Room): Box {
  const half = fontSize * 0.62;
  return {
    left: left - 1,
    right: left + textWidth(text, fontSize) + 1,
    top: middle - half,
    bottom: middle + half,
  };
}

function outside({ left, right, top, bottom }: Box, { width, height, margin }: Room): number {
  return (
    Math.max(0, -left) +
    Math.max(0, right - width - margin) +
    Math.max(0, -top) +
    Math.max(0, bottom - height)
  );
}

/** Length of the shorter side of what two boxes share. */
function overlap(a: Box, b: Box): number {
  const [x, y] = [
    Math.min(a.right, b.right) - Math.max(a.left, b.left),
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top),
  ];
  return x <= 0 || y <= 0 ? 0 : Math.min(x, y) + 4;
}

function inside({ x, y }: { readonly x: number; readonly y: number }, box: Box): boolean {
  return x > box.left && x < box.right && y > box.top && y < box.bottom;
}
