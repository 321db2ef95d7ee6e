import { expect, test } from 'vitest';
import { profileNames } from './profiles.ts';

test('reads the keys of the profiles without running the study', () => {
  const source = `
    import { defineStudy } from '@cairn/core';
    throw new Error('never executed');
    export const study = defineStudy({
      name: 'quickstart',
      profiles: { smoke: { epochs: 1 }, 'two-seeds': {}, paper: { nested: { deep: {} } } },
    });`;
  expect(profileNames(source)).toEqual(['smoke', 'two-seeds', 'paper']);
});

test('follows constants of the same file through as const and satisfies', () => {
  const source = `
    const profiles = { smoke: {}, paper: {} } as const satisfies Profiles;
    const options = { profiles };
    export const study = defineStudy(options);`;
  expect(profileNames(source)).toEqual(['smoke', 'paper']);
});

test('leaves out what the text alone does not say', () => {
  const spread = `export const study = defineStudy({ profiles: { ...common, [name]: {}, paper: {} } });`;
  expect(profileNames(spread)).toEqual(['paper']);
  expect(profileNames(`export const study = defineStudy({ profiles: makeProfiles() });`)).toEqual([]);
});

test('a study without profiles, or with a mistake in it, has none', () => {
  expect(profileNames(`export const study = defineStudy({ name: 'x' });`)).toEqual([]);
  expect(profileNames(`export const study = defineStudy({ profiles: { smoke: {}, `)).toEqual(['smoke']);
  expect(profileNames('')).toEqual([]);
});
