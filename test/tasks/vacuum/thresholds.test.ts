import { expect, test } from 'vitest';
import { thresholdNames, withOptions } from '../../../src/tasks/vacuum/thresholds.ts';
import { thresholds } from './sample-relation.ts';

test('a table without options has the thresholds of the server', () => {
  expect(withOptions(thresholds, [])).toEqual(thresholds);
  expect(withOptions(thresholds, ['fillfactor=70', 'autovacuum_enabled=false'])).toEqual(
    thresholds,
  );
});

test.each(thresholdNames)('a table may set %s for itself', (name) => {
  const value = thresholds[name] / 2;
  const own = withOptions(thresholds, ['fillfactor=70', `${name}=${value}`]);
  expect(own).toEqual({ ...thresholds, [name]: value });
});

test.each(['autovacuum_freeze_max_age', 'autovacuum_multixact_freeze_max_age'] as const)(
  'a table can lower %s and never raise it',
  (name) => {
    const withAge = (age: number) => withOptions(thresholds, [`${name}=${age}`])[name];
    expect(withAge(100_000)).toBe(100_000);
    expect(withAge(2_000_000_000)).toBe(thresholds[name]);
  },
);

test('a table may raise any other threshold', () => {
  const own = withOptions(thresholds, ['autovacuum_vacuum_scale_factor=0.9']);
  expect(own.autovacuum_vacuum_scale_factor).toBe(0.9);
});

test('an option that is no number changes nothing', () => {
  const own = withOptions(thresholds, ['autovacuum_vacuum_threshold=many']);
  expect(own).toEqual(thresholds);
});
