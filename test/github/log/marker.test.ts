import { describe, expect, test } from 'vitest';
import { hide, revealFirst, revealLast } from '../../../src/github/log/marker.ts';
import { sampleResult } from '../../sample-result.ts';

const hostile = '--> <b>@keeper</b> closes #1 & --!> \u2028\r\n::error::x';

describe('what is hidden', () => {
  test.each([
    ['a text', { text: 'Zażółć 取引 👍' }],
    ['a hostile text', { text: hostile }],
    ['a Result', sampleResult({ message: hostile })],
    ['nothing', null],
  ])('is found again: %s', (_, value) => {
    const hidden = hide('result', value);
    expect(revealFirst('result', `${hidden}\r\n\r\nText`)).toEqual(value);
    expect(revealLast('result', `Text\r\n\r\n${hidden}\r\n`)).toEqual(value);
  });

  test('is one line, and no text in it ends it', () => {
    const hidden = hide('log', { text: hostile });
    expect(hidden.split(/[\r\n]/)).toHaveLength(1);
    expect(hidden.slice(4, -3)).not.toMatch(/[<>]/);
  });

  test('mentions nobody, and refers to nothing', () => {
    expect(hide('log', { text: '@keeper #1' })).not.toMatch(/[@#]/);
  });
});

describe('nothing is found', () => {
  const hidden = hide('log', { a: 1 });

  test.each([
    ['in an empty body', ''],
    ['by another name', hide('incident', { a: 1 })],
    ['where it does not begin the body', `Quoted:\n${hidden}`],
    ['where text stands before it', `> ${hidden}`],
    ['where it is cut off', hidden.slice(0, -5)],
    ['where it is no JSON', hidden.replace('{', '')],
  ])('%s', (_, body) => {
    expect(revealFirst('log', body)).toBeNull();
  });

  test('at the end where text follows', () => {
    expect(revealLast('log', `${hidden}\n\nThat is what it said.`)).toBeNull();
  });
});
