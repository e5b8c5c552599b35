import { afterEach, describe, expect, test, vi } from 'vitest';
import { Secrets } from '../../src/github/secrets.ts';
import { sampleResult, sampleStep } from '../sample-result.ts';
import { commandsOf } from './runner-commands.ts';

function keeping(...texts: string[]): Secrets {
  const secrets = new Secrets();
  commandsOf(() => {
    for (const text of texts) secrets.keep(text);
  });
  return secrets;
}

test('a secret is hidden in every text of a result, however deep', () => {
  const result = sampleResult({
    message: 'password s3cret was refused, s3cret it is',
    steps: [sampleStep({ error: 'no s3cret', before: { note: 's3cret', bytes: 3 } })],
  });
  const redacted = keeping('s3cret').redact(result);
  expect(JSON.stringify(redacted)).not.toContain('s3cret');
  expect(redacted.message).toBe('password *** was refused, *** it is');
  expect(redacted.steps[0]?.before).toEqual({ note: '***', bytes: 3 });
  expect(redacted.steps[0]).toMatchObject({ startedAt: expect.any(String), metrics: {} });
});

test('values that are no text stay what they are', () => {
  const value = { number: 123, no: false, nothing: null, list: [1, 'abc'] };
  expect(keeping('123').redact(value)).toEqual(value);
});

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
  const result = sampleResult();
  expect(new Secrets().redact(result)).toEqual(result);
});
