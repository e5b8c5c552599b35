import { afterEach, describe, expect, test, vi } from 'vitest';
import { Secrets } from '../../src/github/secrets.ts';
import { commandsOf } from './runner-commands.ts';

function keeping(...texts: string[]): Secrets {
  const secrets = new Secrets();
  commandsOf(() => {
    for (const text of texts) secrets.keep(text);
  });
  return secrets;
}

describe('the runner', () => {
  afterEach(() => void vi.unstubAllEnvs());
  const keepTwice = () => {
    const secrets = new Secrets();
    secrets.keep('a%b:\nc');
    secrets.keep('a%b:\nc');
  };

  test('is told once to mask a secret in the log', () => {
    vi.stubEnv('GITHUB_ACTIONS', 'true');
    const mask = { name: 'add-mask', title: undefined, text: 'a%b:\nc' };
    expect(commandsOf(keepTwice)).toEqual([mask]);
  });

  test('is not there when somebody runs it by hand, who would read the secret', () => {
    vi.stubEnv('GITHUB_ACTIONS', undefined);
    vi.stubEnv('GITHUB_OUTPUT', undefined);
    expect(commandsOf(keepTwice)).toEqual([]);
  });
});

test.each(['', ' ', 'a', 'ab', ' a '])('%j is too short to be hidden', (text) => {
  const secrets = new Secrets();
  expect(commandsOf(() => secrets.keep(text))).toEqual([]);
  expect(secrets.redact('a table and a cab')).toBe('a table and a cab');
});

test('three characters are hidden', () => {
  expect(keeping('abc').redact('an abc')).toBe('an ***');
});

test('a secret within another does not lay bare the rest of it', () => {
  expect(keeping('hunter', 'hunter2-long').redact('x hunter2-long y')).toBe('x *** y');
  expect(keeping('hunter2-long', 'hunter').redact('x hunter2-long y')).toBe('x *** y');
});

test('a secret is a text, not a pattern', () => {
  expect(keeping('a.c$&').redact('abc$& a.c$&')).toBe('abc$& ***');
});

test('without secrets nothing changes', () => {
  expect(new Secrets().redact('a text')).toBe('a text');
});
