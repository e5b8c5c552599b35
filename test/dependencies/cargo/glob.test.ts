import { expect, test } from 'vitest';
import { matchesGlob } from '../../../src/dependencies/cargo/glob.ts';

test.each([
  ['crates/*', 'crates/a crates/a-b crates/.a', 'crates crates/a/b xcrates/a'],
  ['*', 'a', 'a/b'],
  ['crates/a*b', 'crates/ab crates/axb crates/axbxb', 'crates/a crates/abx crates/a/b'],
  ['crates/*-*-x', 'crates/a-b-x crates/a-b-c-x', 'crates/a-x'],
  ['crates/a?', 'crates/ab', 'crates/a crates/abc'],
  ['crates/[ab]', 'crates/a crates/b', 'crates/c crates/ab'],
  ['crates/[a-c]x', 'crates/ax crates/cx', 'crates/dx'],
  ['crates/[!a-c]', 'crates/d', 'crates/a'],
  ['crates/[]]', 'crates/]', 'crates/a'],
  ['crates/[-a]', 'crates/- crates/a', 'crates/b'],
  ['**', 'a a/b a/b/c', ''],
  ['**/x', 'x a/x a/b/x', 'a xx a/x/b'],
  ['a/**', 'a/b a/b/c', 'b/a'],
  ['a/**/z', 'a/z a/b/z a/b/c/z', 'a/b'],
  ['a/**/b/*', 'a/b/c a/x/b/c a/b/b/c', 'a/b'],
  // The crate `glob` knows no other patterns.
  ['{a,b}', '{a,b}', 'a b'],
  ['+(a)', '+(a)', 'a'],
  ['a.b', 'a.b', 'axb'],
])('%s means %s and not %s', (pattern, meant, others) => {
  const of = (paths: string) => paths.split(' ').filter((one) => one !== '');
  expect(of(meant).filter((path) => matchesGlob(path, pattern))).toEqual(of(meant));
  expect(of(others).filter((path) => matchesGlob(path, pattern))).toEqual([]);
});

test.each([
  ['*a'.repeat(100), 'a'.repeat(10_000)],
  ['**/*/'.repeat(50), 'a/'.repeat(1_000)],
  [`${'**/'.repeat(50)}x`, 'a/'.repeat(1_000)],
  [`${'**/*a*a*a/'.repeat(20)}x`, `${'a'.repeat(50)}/`.repeat(200)],
  ['['.repeat(500), '['.repeat(500)],
  ['[a-'.repeat(100), 'a'.repeat(500)],
])(
  'a pattern of many parts costs no more than its length times that of the path',
  (pattern, path) => {
    expect(matchesGlob(`${path}!`, pattern)).toBe(false);
  },
);
