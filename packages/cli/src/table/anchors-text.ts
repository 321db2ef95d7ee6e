const LONGEST = 16;

/**
 * The anchors of a condition's runs in a few columns: `12`, `12 ×4` (the same in four stages), `3 6 9 12`,
 * `3+6+9` (together), `3 6 … 48`; where runs chose differently, how many they used: `chosen, 3–5`.
 * @param runs per run and stage the teacher epochs of its anchors
 */
export function anchorsText(runs: readonly (readonly (readonly number[])[])[]): string {
  const [first = [], ...others] = runs.map((stages) => stages.map(together));
  const same = others.every((stages) => stages.join(' ') === first.join(' '));
  return same ? sequence(first) : differing([first, ...others]);
}

function together(anchors: readonly number[]): string {
  return anchors.map((epoch) => String(Math.round(epoch * 100) / 100)).join('+');
}

function sequence(stages: readonly string[]): string {
  const groups: { text: string; times: number }[] = [];
  for (const text of stages) {
    const last = groups.at(-1);
    if (last?.text === text) last.times++;
    else groups.push({ text, times: 1 });
  }
  // Only a single anchor repeated is a matter of its own; a curriculum that is asked often repeats all of them.
  const [only] = groups;
  if (groups.length === 1 && only !== undefined && only.times > 1) return `${only.text} ×${only.times}`;
  const texts = groups.map((group) => group.text);
  const all = texts.join(' ');
  if (all.length <= LONGEST || texts.length <= 3) return all;
  return `${texts.slice(0, 2).join(' ')} … ${texts.at(-1)}`;
}

function differing(runs: readonly (readonly string[])[]): string {
  const counts = runs.map((stages) => new Set(stages).size);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `chosen, ${least === most ? least : `${least}–${most}`}`;
}
