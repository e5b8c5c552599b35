import { describe, expect, test } from 'vitest';
import { code, escapeLogLine, escapeMarkdown } from '../../src/github/escape.ts';
import { readerSees, textNodesOf } from './markdown-reader.ts';

describe('a line of the log', () => {
  test.each([
    '::error::x',
    '  ::error title=a::b',
    '\u00a0::add-mask::x',
    '\ufeff::stop-commands::x',
    '\t\r::error::x',
    'fine\n::error::x',
    'fine\r::error::x',
    'fine\u2028::error::x',
    '##[error]x',
    'in the middle ##[error]x',
    '###[error]x',
    '##\u0000[error]x',
    '\u200b::error::x',
    '#\u200b#[error]x',
  ])('%j gives no command', (text) => {
    const line = escapeLogLine(text);
    expect(line).not.toMatch(/[\r\n\u2028\u2029]/);
    // The runner trims, and compares by a culture that passes over invisible characters.
    const seen = line.replace(/\p{Cf}/gu, '').trimStart();
    expect(seen).not.toMatch(/^::/);
    expect(seen).not.toContain('##[');
  });

  test.each(['\u001b[31mred', 'a\u0008b', '\u009b2K', 'abc\u202edef', 'a\u2066b'])(
    '%j cannot paint over others',
    (text) => {
      expect(escapeLogLine(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    },
  );

  test.each([
    'begin: VACUUM (ANALYZE) public.order_history',
    'select 1::text, a[2] from "T" -- 41 % dead',
    'Zażółć 取引 👍 #1 ##2',
  ])('%s stays as it is', (text) => {
    expect(escapeLogLine(text)).toBe(text);
  });
});

describe('a text in Markdown', () => {
  test.each([
    'public.order_history',
    'idx_trades_at_pkey',
    'VACUUM (FREEZE, ANALYZE) public.trades',
    'dead-tuples: 500 dead (33 %), threshold 250; age 1,234',
    'Run: grant pg_maintain to "keeper"; it helps!',
    'Zażółć 取引_履歴 👍 {a}',
    'price # of a - b + c',
  ])('%s stays readable in the source too', (text) => {
    expect(escapeMarkdown(text)).toBe(text);
  });

  test.each([
    ['a cell of its own', 'a | b', '|'],
    ['code', 'a `b` c', '`'],
    ['bold text', '**b**', '*'],
    ['a tag', '<img src=x>', '<'],
    ['a comment', 'a --> b', '>'],
    ['an entity', '&lt;b&gt;', '&lt;'],
    ['a link', '[a](b)', '['],
    ['an image', '![a](b)', '['],
    ['a link by itself', 'see https://evil.example/x', '://'],
    ['a link without scheme', 'see www.evil.example', 'www.'],
    ['a link in capitals', 'see WWW.evil.example', 'WWW.'],
    ['struck text', '~~b~~', '~'],
    ['a formula', '$\\sqrt{x}$', '$'],
    ['an escape', 'a\\|b', '\\'],
    ['a heading', '# a', '# '],
    ['a bullet', '- a', '- '],
    ['another bullet', '+ a', '+ '],
    ['slanted text', 'a _b_ c', '_'],
    ['a new line', 'a\n\n# b', '\n'],
  ])('makes no %s', (_, text, markup) => {
    expect(escapeMarkdown(text)).not.toContain(markup);
  });

  test.each(['\u001b[31m', '\u202e', '\u200b', '\u00ad', '\ufeff'])(
    'has nothing that is not seen: %j',
    (character) => expect(escapeMarkdown(`a${character}b`)).not.toContain(character),
  );

  test.each([
    '@octocat',
    'ask (@octocat)',
    '@matchbook/keepers',
    'see #123',
    'matchbook/exchange#123',
    'see GH-123',
    'matchbook/exchange@0123abc',
  ])('%s calls nobody and refers to nothing', (text) => {
    const nodes = textNodesOf(escapeMarkdown(text));
    expect(nodes).not.toMatch(/@[a-z0-9]/i);
    expect(nodes).not.toMatch(/#\d|\bGH-\d/i);
  });

  test.each([
    'a | b & c < d > e `f` *g* _h_ ~i~ $j$ [k](l) \\m',
    '@octocat #123 GH-7 https://x.example www.x.example',
    '- # + a',
  ])('%s reads the same afterwards', (text) => {
    expect(readerSees(escapeMarkdown(text))).toBe(text);
  });

  test.each(['</code><b>', 'a`b', 'a|b', '@octocat', 'a\nb'])(
    '%j as code stays within it',
    (text) => {
      const [, inside = ''] = /^<code>(.*)<\/code>$/.exec(code(text)) ?? [];
      expect(inside.replaceAll('<!-- -->', '')).not.toMatch(/[<>|`]/);
      expect(readerSees(inside)).toBe(text.replace('\n', ' '));
    },
  );
});
