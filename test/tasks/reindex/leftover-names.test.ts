import { describe, expect, test } from 'vitest';
import { isLeftoverOf, leftoverKind } from '../../../src/tasks/reindex/leftover-names.ts';

const long = 'a'.repeat(63);

test.each([
  ['orders_index_ccnew', 'ccnew'],
  ['orders_index_ccold', 'ccold'],
  ['orders_index_ccnew12', 'ccnew'],
  ['orders_index', null],
  ['orders_index_ccnew_old', null],
  ['orders_index_ccnewer', null],
  ['ccnew', null],
  ['orders\n_ccnew', 'ccnew'],
])('%j is the name of a leftover: %s', (name, kind) => {
  expect(leftoverKind(name)).toBe(kind);
});

describe('whose leftover a name is', () => {
  test.each([
    ['orders_index_ccnew', 'orders_index'],
    ['orders_index_ccold3', 'orders_index'],
    [`${'a'.repeat(57)}_ccnew`, long],
    [`${'a'.repeat(56)}_ccnew1`, long],
    [`${'a'.repeat(55)}_ccold10`, long],
    // A name of 58 bytes loses its last one, one of 57 loses none.
    [`${'a'.repeat(57)}_ccnew`, 'a'.repeat(58)],
    [`${'a'.repeat(57)}_ccnew`, 'a'.repeat(57)],
    // It is cut before a character that would not fit as a whole.
    [`${'ä'.repeat(28)}_ccnew`, 'ä'.repeat(31)],
    [`${'€'.repeat(19)}_ccnew`, '€'.repeat(21)],
    [`${'𝔘'.repeat(14)}_ccnew`, '𝔘'.repeat(15)],
    ['pg_toast_16400_index_ccnew', 'pg_toast_16400_index'],
  ])('%s is that of %s', (name, index) => {
    expect(isLeftoverOf(name, index)).toBe(true);
  });

  test.each([
    ['orders_index_ccnew', 'orders'],
    ['orders_index_ccnew', 'orders_index_ccnew'],
    ['orders_index', 'orders_index'],
    [`${'a'.repeat(56)}_ccnew`, long],
    [`${'a'.repeat(58)}_ccnew`, long],
    ['order_index_ccnew', 'orders_index'],
  ])('%s is not that of %s', (name, index) => {
    expect(isLeftoverOf(name, index)).toBe(false);
  });
});
