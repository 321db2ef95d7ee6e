import { expect, test } from 'vitest';
import { compareStudy } from '../comparison/compare.ts';
import { intervalText } from '../comparison/markdown.ts';
import { signed } from '../comparison/sentences.ts';
import { INK } from '../figures/palette.ts';
import { sampleResult } from '../test-support/sample-result.ts';
import { answer } from './answer.ts';
import { html, jsonIn } from './html.ts';
import { inked, type PageInput, reportPage } from './page.ts';

const primary = [{ condition: 'rco-eei', against: 'kd-restarts', metric: 'test/top1', margin: 0.01 }];
const result = { ...sampleResult, primary };
const comparison = compareStudy(result);
const input: PageInput = {
  kind: 'study',
  name: 'sample/default',
  result,
  comparison,
  notes: ['a <b>note</b>'],
  figures: [
    {
      name: 'contrasts',
      title: 'Accuracy',
      caption: 'A caption',
      alt: 'What one sees',
      spec: {},
      svg: `<svg role="img"><path fill="${INK}"/></svg>`,
    },
    { name: 'cost', title: 'Cost', why: 'no run' },
  ],
  runs: [
    {
      name: 'sample/default/kd-t0-s0',
      seed: 0,
      facts: { route: 'abc' },
    },
  ],
  by: 'cairn report sample',
};

test('the page needs nothing from outside and runs no script', () => {
  const page = reportPage(input);
  expect(page).not.toMatch(/(src|href)="(?!#)/);
  expect(page).not.toMatch(/@import|url\((?!#)/);
  expect([...page.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)).toEqual([
    '<script type="application/json" id="cairn-comparison">',
  ]);
  expect(page).toContain('a &lt;b&gt;note&lt;/b&gt;.');
  expect(page).toContain('Left out: no run');
});

test('its numbers are those of the comparison: as JSON, in the table and in the answer', () => {
  const page = reportPage(input);
  const json = /id="cairn-comparison">([^<]*)<\/script>/.exec(page)?.[1] ?? '';
  expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify({ ...comparison, notes: input.notes })));
  for (const { difference, t, metric } of comparison.contrasts) {
    expect(page).toContain(`<td>${signed(difference.mean, metric)}</td>`);
    expect(page).toContain(`<td>${intervalText(t, metric)}</td>`);
  }
});

test('the answer, from the statistics alone', () => {
  const seeds = (accuracy: readonly number[]) =>
    answer(
      compareStudy({
        ...result,
        conditions: result.conditions.map((c) => ({
          ...c,
          runs: accuracy.flatMap((_, i) => c.runs[i] ?? []),
        })),
      }),
    );
  expect(answer(comparison)).toMatchInlineSnapshot(`
    [
      "rco-eei less kd-restarts in accuracy: +0.30 points, 95 % [−0.20, +0.80] over seeds. 3 seeds are too few to conclude (6 are the least); 3 seeds could have shown 0.65 points.",
    ]
  `);
  expect(seeds([0])).toMatchInlineSnapshot(`
    [
      "rco-eei less kd-restarts in accuracy: +0.30 points. One seed: no difference can be told from chance.",
    ]
  `);
  expect(answer(compareStudy(sampleResult)).slice(0, 2)).toMatchInlineSnapshot(`
    [
      "The study declared no contrast beforehand; what follows is exploratory.",
      "rco-eei less kd-restarts in accuracy: +0.30 points, 95 % [−0.20, +0.80] over seeds. 3 seeds are too few to conclude (6 are the least); 3 seeds could have shown 0.65 points.",
    ]
  `);
  expect(answer(compareStudy({ ...sampleResult, conditions: [] }))).toEqual([
    'Nothing can be said: no two conditions have a seed in common.',
  ]);
});

test('figures take the ink of the page', () => {
  expect(inked(`<svg><text fill="${INK}">x</text></svg>`)).toBe(
    '<svg><text fill="var(--ink)">x</text></svg>',
  );
});

test('what is not markup is escaped', () => {
  expect(html`<p title="${'"\'<&>'}">${['<b>', html`<i>${1}</i>`]}</p>`.html).toBe(
    '<p title="&quot;&#39;&lt;&amp;&gt;">&lt;b&gt;<i>1</i></p>',
  );
  expect(jsonIn({ text: '</script>' }).html).toBe('{"text":"\\u003c/script>"}');
});
