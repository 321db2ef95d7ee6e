/** What was asked, and the answer: the page's words above its tables. */
import type { Comparison } from '../comparison/compare.ts';
import { metricInfo, shown } from '../comparison/metric.ts';
import { sentences } from '../comparison/sentences.ts';
import type { StudyResult } from '../result.ts';
import { answer } from './answer.ts';
import { html, type Html } from './html.ts';

/** What was asked: the question, the contrasts that were declared for it, and what counts as no difference. */
export function questionSection({ question, primary = [] }: StudyResult): Html {
  const contrasts = primary.map(({ condition, against, metric, margin }) => {
    const info = metricInfo(metric);
    const unit = info.unit === '' ? '' : ` ${info.unit}`;
    const within =
      margin === undefined ? '' : `; within ±${shown(margin, info)}${unit} counts as no difference`;
    return html`<li><strong>${condition} − ${against}</strong> in ${info.label}${within}</li>`;
  });
  return html`<p class="question">${question}</p>
    ${
      contrasts.length === 0
        ? ''
        : html`<p>Declared before the first student was trained:</p>
            <ul>
              ${contrasts}
            </ul>`
    }`;
}

export function answerSection(comparison: Comparison, notes: readonly string[]): Html {
  return html`<div class="answer" role="note" aria-label="Answer">
      ${answer(comparison).map((text) => html`<p>${text}</p>`)}
    </div>
    <ul class="note">
      ${[...sentences(comparison), ...notes.map((note) => `${note}.`)].map((text) => html`<li>${text}</li>`)}
    </ul>`;
}
