import type { Anchor, Manifest } from '../contracts/route.ts';
import { RouteError } from '../errors.ts';

/** The anchors that a policy chooses from: all after step 0, or the initial state where the route has nothing else. */
export function candidatesOf(route: Manifest): readonly [Anchor, ...Anchor[]] {
  const [first, ...rest] = route.anchors.filter((anchor) => anchor.id > 0);
  return first === undefined ? route.anchors : [first, ...rest];
}

/** The last state of a route: the converged teacher. */
export function convergedOf(route: Manifest): Anchor {
  return route.anchors.at(-1) ?? route.anchors[0];
}

/**
 * The anchor that was recorded at an epoch, to the nearest step.
 * @param epoch epochs of the teacher, whole or not; 0 is the initial state
 * @throws CAIRN_ANCHOR_MISSING with the nearest epochs that the route has
 */
export function anchorAtEpoch(route: Manifest, epoch: number): Anchor {
  const step = Math.round(epoch * route.stepsPerEpoch);
  const found = route.anchors.find((anchor) => anchor.id === step);
  if (found !== undefined) return found;
  const before = route.anchors.findLast((anchor) => anchor.id < step);
  const after = route.anchors.find((anchor) => anchor.id > step);
  const nearest = [before, after].flatMap((anchor) => (anchor === undefined ? [] : [shown(anchor.epoch)]));
  const [first, last] = [route.anchors[0], convergedOf(route)].map((anchor) => shown(anchor.epoch));
  throw new RouteError('CAIRN_ANCHOR_MISSING', `epoch ${epoch}: the route has no anchor there`, {
    fix: [
      `nearest: ${nearest.join(' and ')}`,
      `the route has ${route.anchors.length} anchors from epoch ${first} to ${last}`,
    ],
  });
}

function shown(epoch: number): string {
  return String(Number(epoch.toFixed(4)));
}
