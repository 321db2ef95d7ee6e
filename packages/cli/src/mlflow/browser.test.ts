import { expect, test } from 'vitest';
import { browserCommand } from './browser.ts';

const URI = 'http://127.0.0.1:5050';

test('a browser is opened where somebody sees it', () => {
  expect(browserCommand(URI, {}, 'darwin')).toEqual(['open', URI]);
  expect(browserCommand(URI, { DISPLAY: ':0' }, 'linux')).toEqual(['xdg-open', URI]);
  expect(browserCommand(URI, {}, 'linux')).toBeUndefined();
  expect(browserCommand(URI, { CI: 'true', DISPLAY: ':0' }, 'linux')).toBeUndefined();
});
