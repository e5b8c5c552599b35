import { describe, expect, test } from 'vitest';
import { readAnnounced } from '../../../src/tasks/dependabot-gate/announced.ts';

function message(head: string, items: readonly string[], tail = ''): string {
  return `Bump it\n\n${head}\n\n---\nupdated-dependencies:\n${items.join('\n')}\n...\n${tail}`;
}

const item = (name: string, version?: string) =>
  `- dependency-name: ${name}\n${version ? `  dependency-version: ${version}\n` : ''}  dependency-type: direct:production`;

describe('what Dependabot announces', () => {
  test.each([
    [
      'Bumps [serde](https://github.com/serde-rs/serde) from 1.0.1 to 1.0.2.\n- [Release notes](x)',
      [item('serde', '1.0.2')],
      [['serde', '1.0.1', '1.0.2']],
    ],
    [
      'Bumps debian from bookworm-20251208-slim to bookworm-20260112-slim.',
      [item('debian', 'bookworm-20260112-slim')],
      [['debian', 'bookworm-20251208-slim', 'bookworm-20260112-slim']],
    ],
    [
      'Bumps [openssl](u) from 0.10.1 to 0.10.2.',
      [item('openssl')],
      [['openssl', '0.10.1', '0.10.2']],
    ],
    [
      'Bumps the cargo group with 2 updates: [a](u) and [b](u).\n\n\nUpdates `a` from 1.0.0 to 1.1.0\n- [Commits](u)\n\nUpdates `b` from 2.0.0 to 2.0.1',
      [item('a', '1.1.0'), item('b', '2.0.1')],
      [
        ['a', '1.0.0', '1.1.0'],
        ['b', '2.0.0', '2.0.1'],
      ],
    ],
    [
      'Bumps [@babel/traverse](u) from 7.1.0 to 7.2.0.',
      [item('"@babel/traverse"', '7.2.0')],
      [['@babel/traverse', '7.1.0', '7.2.0']],
    ],
    [
      'Bumps [actions/checkout](u) from v4 to v5.',
      [item('actions/checkout', "'5'")],
      [['actions/checkout', 'v4', '5']],
    ],
    [
      'Bumps [semver](u) to 7.5.2 and updates ancestor dependency [tool](u).',
      [item('semver', '7.5.2')],
      [['semver', null, '7.5.2']],
    ],
  ])('%j', (head, items, expected) => {
    const { updates, problems } = readAnnounced([message(head, items)]);
    expect(problems).toEqual([]);
    expect(updates.map(({ name, from, to }) => [name, from, to])).toEqual(expected);
  });

  test('of several commits counts together', () => {
    const messages = [
      message('Bumps [a](u) from 1.0.0 to 1.0.1.', [item('a', '1.0.1')]),
      message('Bumps [b](u) from 2.0.0 to 2.0.1.', [item('b', '2.0.1')]),
    ];
    const { updates } = readAnnounced(messages);
    expect(updates.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  const bumps = 'Bumps [a](u) from 1.0.0 to 1.0.1.';
  test.each([
    ['no list', 'Bumps [a](u) from 1.0.0 to 1.0.1.'],
    [
      'two lists',
      message(
        bumps,
        [item('a', '1.0.1')],
        `---\nupdated-dependencies:\n${item('b')}\n...`,
      ),
    ],
    [
      'a list within the head',
      message(`updated-dependencies:\n${bumps}`, [item('a', '1.0.1')]),
    ],
    ['a list without end', message(bumps, [item('a', '1.0.1')]).replace('\n...', '')],
    ['an empty list', message(bumps, ['[]'])],
    ['a key that nobody knows', message(bumps, [`${item('a', '1.0.1')}\n  run: rm`])],
    ['a name with a space', message(bumps, [item('"a b"', '1.0.1')])],
    ['an alias', message(bumps, [`- &x\n  dependency-name: a`, '- *x'])],
    ['a tag', message(bumps, [`- dependency-name: !!js/function a`])],
    [
      'a version that is no text',
      message(bumps, [`- dependency-name: a\n  dependency-version: {b: c}`]),
    ],
    ['another version in its sentence', message(bumps, [item('a', '6.6.6')])],
    [
      'a sentence about something that is not listed',
      message(`${bumps}\nUpdates \`b\` from 1 to 2`, [item('a', '1.0.1')]),
    ],
    ['a key twice', message(bumps, [`${item('a', '1.0.1')}\n  dependency-name: b`])],
    ['a list in lists', message(bumps, [`- dependency-name: ${'['.repeat(50_000)}`])],
    ['a long list', message(bumps, [item('a'.repeat(70_000), '1.0.1')])],
    ['far too much', message(`${bumps}\n${'x'.repeat(300_000)}`, [item('a', '1.0.1')])],
  ])('cannot be relied upon with %s', (_, text) => {
    const { updates, problems } = readAnnounced([text]);
    expect(updates).toEqual([]);
    expect(problems).toHaveLength(1);
  });
});
