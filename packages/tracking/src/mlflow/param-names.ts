/** A run's options under the paths that a study and a command line have for them. */
import { safeKey } from 'mlflow-js-client';

/** Options of the network that is trained. */
const NETWORK = /^(model|training)(\.|$)/;

/** Texts of options are longer only where somebody wrote a list into one. */
const LONGEST = 6000;

/**
 * `model.depth` becomes `student.model.depth`, as it stands in the study; the rest is there already. What a server
 * would cut is cut here, so that what is sent is what is read back.
 */
export function paramNames(
  params: Readonly<Record<string, string>>,
  role: 'teacher' | 'student',
): Record<string, string> {
  const named = Object.entries(params).map(([name, value]) => {
    const path = safeKey(NETWORK.test(name) ? `${role}.${name}` : name);
    return [path, value.length <= LONGEST ? value : `${value.slice(0, LONGEST - 1)}…`] as const;
  });
  return Object.fromEntries(named.sort(([a], [b]) => rank(a) - rank(b)));
}

/** What studies vary comes first on a run's page. */
const FIRST = ['seed', 'student', 'teacher', 'curriculum'];

function rank(path: string): number {
  const place = FIRST.indexOf(path.split('.')[0] ?? '');
  return place < 0 ? FIRST.length : place;
}
