import { expect, test } from 'vitest';
import type { Host } from '../command.ts';
import type { Report } from '../report/report.ts';
import { studyFigures } from './study-figures.ts';

test('a figure that cannot be drawn is one warning; those before it are there', async () => {
  const about = { title: 'T', caption: 'C', alt: 'A' };
  const dot = {
    data: { values: [{ x: 1 }] },
    mark: 'point',
    encoding: { x: { field: 'x', type: 'quantitative' } },
  };
  const figures = [
    { ...about, name: 'good', spec: dot },
    { ...about, name: 'bad', spec: { ...dot, mark: 'nothing' } },
    { ...about, name: 'never', spec: dot },
  ];
  const report = { subject: { name: 'small/default' }, figures } as unknown as Report;
  const said: string[] = [];
  const options = { reported: false, say: (text: string) => void said.push(text) };
  const paths: string[] = [];
  for await (const { path } of studyFigures({ home: '/nowhere' } as Host, report, 'cairn run small', options))
    paths.push(path);
  expect(paths).toEqual(['figures/good.svg', 'figures/good.png']);
  expect(said).toMatchInlineSnapshot(`
    [
      "small/default without some figures in MLflow: Cannot read properties of undefined (reading 'filled'); they can be made: cairn report small/default",
    ]
  `);
});
