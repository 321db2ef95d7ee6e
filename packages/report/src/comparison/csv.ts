/** A comparison as a table for spreadsheets: a line for each contrast, numbers in full and in the metric's own units. */
import type { Comparison, JudgedContrast } from './compare.ts';

type Value = string | number | boolean | undefined;

const columns: readonly (readonly [name: string, of: (contrast: JudgedContrast) => Value])[] = [
  ['metric', (c) => c.metric],
  ['condition', (c) => c.condition],
  ['against', (c) => c.against],
  ['kind', (c) => c.kind],
  ['role', (c) => c.role],
  ['n', (c) => c.n],
  ['routes', (c) => c.routes],
  ['mean', (c) => c.mean],
  ['mean_against', (c) => c.meanAgainst],
  ['difference', (c) => c.difference.mean],
  ['sd', (c) => c.difference.sd],
  ['low', (c) => c.t?.low],
  ['high', (c) => c.t?.high],
  ['p_t', (c) => c.t?.p],
  ['welch_low', (c) => c.welch?.low],
  ['welch_high', (c) => c.welch?.high],
  ['welch_p', (c) => c.welch?.p],
  ['correlation', (c) => c.correlation],
  ['smallest_p', (c) => c.smallestP],
  ['p_sign_flip', (c) => c.signFlip?.p],
  ['bootstrap_low', (c) => c.bootstrap?.low],
  ['bootstrap_high', (c) => c.bootstrap?.high],
  ['images', (c) => c.images?.images],
  ['images_low', (c) => c.images?.low],
  ['images_high', (c) => c.images?.high],
  ['seeds_images_low', (c) => c.images?.both?.low],
  ['seeds_images_high', (c) => c.images?.both?.high],
  ['p_holm', (c) => c.holm],
  ['margin', (c) => c.margin],
  ['tost_p', (c) => c.equivalence?.p],
  ['equivalent', (c) => c.equivalence?.equivalent],
  ['detectable', (c) => c.detectable?.now],
  ['detectable_twice', (c) => c.detectable?.withTwice],
  ['sd_route', (c) => c.variance?.route],
  ['sd_seed', (c) => c.variance?.seed],
  ['sd_rest', (c) => c.variance?.rest],
  ['over_routes_low', (c) => c.variance?.overRoutes.low],
  ['over_routes_high', (c) => c.variance?.overRoutes.high],
  ['cost', (c) => c.cost],
  ['finding', (c) => c.verdict.finding],
];

/** Lines end with a newline each; what is absent is empty. */
export function comparisonCsv({ study, profile, contrasts }: Comparison): string {
  const rows = contrasts.map((contrast) => [study, profile, ...columns.map(([, of]) => of(contrast))]);
  const header = ['study', 'profile', ...columns.map(([name]) => name)];
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

function cell(value: Value): string {
  const text = value === undefined ? '' : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
