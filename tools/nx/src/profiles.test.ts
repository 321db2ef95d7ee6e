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
  expect(profileNames(source)).toEqual(['default', 'smoke', 'two-seeds', 'paper']);
});

test('follows constants of the same file through as const and satisfies', () => {
  const source = `
    const profiles = { smoke: {}, paper: {} } as const satisfies Profiles;
    const options = { profiles };
    export const study = defineStudy(options);`;
  expect(profileNames(source)).toEqual(['default', 'smoke', 'paper']);
});

test('leaves out what the text alone does not say', () => {
  const spread = `export const study = defineStudy({ profiles: { ...common, [name]: {}, paper: {} } });`;
  expect(profileNames(spread)).toEqual(['default', 'paper']);
  expect(profileNames(`export const study = defineStudy({ profiles: makeProfiles() });`)).toEqual([
    'default',
  ]);
});

test('another default profile takes the place of the study as it stands', () => {
  const source = `export const study = defineStudy({ defaultProfile: 'quick', profiles: { quick: {}, paper: {} } });`;
  expect(profileNames(source)).toEqual(['quick', 'paper']);
});

test('a study without profiles, or with a mistake in it, is there as it stands', () => {
  expect(profileNames(`export const study = defineStudy({ name: 'x' });`)).toEqual(['default']);
  expect(profileNames(`export const study = defineStudy({ profiles: { smoke: {}, `)).toEqual([
    'default',
    'smoke',
  ]);
  expect(profileNames('')).toEqual(['default']);
});
