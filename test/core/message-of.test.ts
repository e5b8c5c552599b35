import { expect, test } from 'vitest';
import { messageOf } from '../../src/core/message-of.ts';

test('the message of an error is told', () => {
  expect(messageOf(new TypeError('no such table'))).toBe('no such table');
});

test.each([
  ['refused', 'refused'],
  [undefined, 'undefined'],
  [null, 'null'],
  [7, '7'],
])('what is no error is told as text: %s', (thrown, told) => {
  expect(messageOf(thrown)).toBe(told);
});
