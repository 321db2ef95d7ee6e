/** What a comparison can and cannot show, in sentences. */
import { FEWEST_SEEDS, smallestP } from '../statistics/sign-flip.ts';
import type { Comparison } from './compare.ts';
import { countsImages } from './images.ts';
import { digitsOf, metricInfo, shown } from './metric.ts';
import { visibleIn } from './visible.ts';

export function sentences(comparison: Comparison): string[] {
  if (comparison.contrasts.length === 0)
    return ['Nothing to compare: no two conditions have a seed in common.'];
  const all = [
    seedSentence(comparison),
    routeSentence(comparison),
    ...imageSentences(comparison),
    ...visibleSentences(comparison),
    familySentence(comparison),
    missingSentence(comparison),
  ];
  return all.filter((text) => text !== '');
}

/** The most seeds that any contrast has. */
export function seedCount({ contrasts }: Pick<Comparison, 'contrasts'>): number {
  return Math.max(0, ...contrasts.map((contrast) => contrast.n));
}

function seedSentence(comparison: Comparison): string {
  const n = seedCount(comparison);
  if (n === 1) return '1 seed: no interval, so no difference can be told from chance.';
  const least = `the smallest p that the signs of ${n} differences can give is ${pText(smallestP(n))}`;
  if (n >= FEWEST_SEEDS) return `${n} seeds: ${least}. Intervals are 95 % t, paired by seed.`;
  return `${n} seeds: too few seeds to conclude; ${least}, with ${FEWEST_SEEDS} it is ${pText(smallestP(FEWEST_SEEDS))}. Intervals are 95 % t, paired by seed, and stand on the assumption of normal differences.`;
}

function routeSentence({ contrasts }: Comparison): string {
  const routes = Math.max(...contrasts.map((contrast) => contrast.routes));
  if (routes === 1) {
    return 'One teacher route: everything is given this teacher, and what varies with the teacher cannot be split off.';
  }
  const over = contrasts.some((contrast) => contrast.variance !== undefined)
    ? '; "over routes" is the interval for other teachers too'
    : '';
  if (contrasts.every((contrast) => contrast.routesPerSeed === 1)) {
    return `Each seed learned from one of ${routes} teachers: what varies with the teacher is a part of the spread${over}.`;
  }
  const means = `Differences are averaged over ${routes} teacher routes for each seed, and intervals are given these teachers`;
  return `${means}${over}.`;
}

/** Per metric, from the pooled spread of its contrasts. */
function visibleSentences({ contrasts, metrics }: Comparison): string[] {
  const parts = metrics.flatMap((info) => {
    const own = contrasts.filter((contrast) => contrast.metric === info.name);
    const visible = visibleIn(own.map((contrast) => contrast.difference));
    if (visible === undefined) return [];
    const amount = (value: number): string => shown(value, info).toFixed(digitsOf(info));
    const unit = info.unit === '' ? '' : ` ${info.unit}`;
    return [
      `${info.name} ${amount(visible.now)}${unit} (${2 * visible.seeds} seeds: ${amount(visible.withTwice)})`,
    ];
  });
  if (parts.length === 0) return [];
  return [`True differences smaller than these are likely missed (80 % power): ${parts.join('; ')}.`];
}

/** How many names are told before the rest is counted. */
const NAMED = 3;

function imageSentences({ contrasts, metrics, withoutImages = [] }: Comparison): string[] {
  const found = contrasts.flatMap(({ images }) => images ?? []);
  const [first] = found;
  const sentences: string[] = [];
  if (first !== undefined) {
    const seeds = contrasts.some((contrast) => contrast.t !== undefined)
      ? 'other seeds vary as "95 % t" says'
      : 'what another seed would give is not known';
    const both = found.some((images) => images.both !== undefined)
      ? '; "seeds × images" draws seeds too and errs on the wide side'
      : `; ${seeds}`;
    const count = first.images.toLocaleString('en');
    sentences.push(
      `"images" is the 95 % interval over ${count} test images drawn again, for these trained networks${both}.`,
    );
    const others = metrics.map(({ name }) => name).filter((name) => !countsImages(name));
    if (others.length > 0) {
      sentences.push(
        `No such interval for ${others.join(', ')}: of these a run keeps the mean over images alone.`,
      );
    }
  }
  if (withoutImages.length > 0) {
    const names = withoutImages.slice(0, NAMED).map((folder) => folder.split('/').at(-1));
    const more = withoutImages.length - names.length;
    sentences.push(
      `No interval over test images with ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}: made before Cairn kept which images a run got right ("cairn run … --fresh" makes them anew).`,
    );
  }
  return sentences;
}

function familySentence({ contrasts }: Comparison): string {
  const primary = contrasts.filter((contrast) => contrast.kind === 'primary');
  const pairs = [...new Set(primary.map(({ condition, against }) => `${condition} − ${against}`))];
  const declared =
    primary.length === 0
      ? 'The study declares no primary contrast: all of these are exploratory.'
      : `* primary, declared in the study: ${pairs.join(', ')}. All others are exploratory.`;
  const adjusted = contrasts.filter((contrast) => contrast.holm !== undefined);
  const [first] = adjusted;
  if (first === undefined) return declared;
  const size = adjusted.filter((contrast) => contrast.metric === first.metric).length;
  return `${declared} Holm is over the ${size} exploratory contrasts of a metric.`;
}

function missingSentence({ missing }: Comparison): string {
  const pairs = [...Map.groupBy(missing, ({ condition, against }) => `${condition} − ${against}`)];
  const list = pairs.map(([pair, specs]) => `${pair} (${specs.map((spec) => spec.metric).join(', ')})`);
  return list.length === 0 ? '' : `No measured seed in common: ${list.join('; ')}.`;
}

/** `0.25`, `0.031`, `0.00098`, `<1e-6`. */
export function pText(p: number): string {
  if (p >= 0.0995) return p.toFixed(2);
  if (p >= 0.00995) return p.toFixed(3);
  return p < 1e-6 ? '<1e-6' : p.toPrecision(2);
}

/** `+0.30`, `−0.0121`: in the unit that is shown. */
export function signed(value: number, metric: string): string {
  const info = metricInfo(metric);
  const text = minus(shown(value, info), digitsOf(info));
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

/** Fixed digits with a true minus sign, and no sign before a zero. */
export function minus(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
