/** The answer to a study's question in a few sentences, made from the statistics and nothing else. */
import type { Comparison, JudgedContrast } from '../comparison/compare.ts';
import { intervalText } from '../comparison/markdown.ts';
import { digitsOf, metricInfo, shown } from '../comparison/metric.ts';
import { signed } from '../comparison/sentences.ts';
import { FEWEST_SEEDS } from '../statistics/sign-flip.ts';

/** What of many exploratory contrasts stands here at most. */
const MOST = 4;

/** A sentence for each primary contrast; without one, for the contrasts with matched controls in accuracy. */
export function answer(comparison: Comparison): string[] {
  const { contrasts } = comparison;
  const primary = contrasts.filter((c) => c.kind === 'primary');
  if (primary.length > 0) return primary.map(sentence);
  const inAccuracy = contrasts.filter((c) => c.metric === 'test/top1');
  const controlled = inAccuracy.filter((c) => c.role === 'control');
  const told = (controlled.length > 0 ? controlled : inAccuracy).slice(0, MOST);
  if (told.length === 0) return ['Nothing can be said: no two conditions have a seed in common.'];
  return ['The study declared no contrast beforehand; what follows is exploratory.', ...told.map(sentence)];
}

/** `rco-eei and kd-restarts in accuracy: no difference shown; 5 seeds could have shown 0.50 points.` */
function sentence(contrast: JudgedContrast): string {
  const { condition, against, metric, n, verdict, difference, t, images, detectable } = contrast;
  const info = metricInfo(metric);
  const unit = info.unit === '' ? '' : ` ${info.unit}`;
  const seeds = `${n} ${n === 1 ? 'seed' : 'seeds'}`;
  const intervals = [
    ...(t === undefined ? [] : [`${intervalText(t, metric)} over seeds`]),
    ...(images === undefined ? [] : [`${intervalText(images, metric)} over test images`]),
  ];
  const found = `${signed(difference.mean, metric)}${unit}${intervals.length === 0 ? '' : `, 95 % ${intervals.join(', ')}`}`;
  const could =
    detectable === undefined
      ? ''
      : `; ${seeds} could have shown ${shown(detectable.now, info).toFixed(digitsOf(info))}${unit}`;
  const direction = info.better === 'lower' ? ', where lower is better' : '';
  const who = `${condition} less ${against} in ${info.label}${direction}: ${found}`;
  switch (verdict.finding) {
    case 'one-seed':
      return `${who}. One seed: no difference can be told from chance.`;
    case 'too-few-seeds':
      return `${who}. ${seeds} are too few to conclude (${FEWEST_SEEDS} are the least)${could}.`;
    case 'not-shown':
      return `${who}. No difference shown${could}.`;
    default:
      return `${who}. ${verdict.text.charAt(0).toUpperCase()}${verdict.text.slice(1)}, ${seeds}.`;
  }
}
