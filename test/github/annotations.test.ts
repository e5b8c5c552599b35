import { describe, expect, test } from 'vitest';
import type { FindingCode } from '../../src/core/finding.ts';
import type { Result } from '../../src/core/result-schema.ts';
import { annotate } from '../../src/github/annotations.ts';
import { sampleFinding, sampleResult } from '../sample-result.ts';
import { commandsOf, outputOf } from './runner-commands.ts';

function annotationsOf(changes: Partial<Result>, failOn: 'high' | 'never' = 'high') {
  return commandsOf(() => annotate(sampleResult(changes), failOn));
}

describe('how a run ended', () => {
  test.each([
    ['succeeded', []],
    ['nothing-to-do', []],
    ['incomplete', ['warning']],
    ['cancelled', ['warning']],
    ['attention', ['error']],
    ['blocked', ['error']],
    ['failed', ['error']],
  ] as const)('%s is annotated with %j', (outcome, names) => {
    expect(annotationsOf({ outcome }).map(({ name }) => name)).toEqual(names);
  });

  test('is told with its reason and message', () => {
    const ending = { outcome: 'failed', reason: 'step-failed', message: 'It broke.' };
    expect(annotationsOf(ending as Partial<Result>)).toEqual([
      { name: 'error', title: 'vacuum: failed (step-failed)', text: 'It broke.' },
    ]);
  });
});

describe('findings', () => {
  test.each([
    ['critical', 'high', 'error'],
    ['high', 'high', 'error'],
    ['medium', 'high', 'warning'],
    ['high', 'never', 'warning'],
    ['low', 'high', 'warning'],
    ['info', 'high', 'notice'],
  ] as const)('that are %s are with fail-on %s shown as %s', (severity, failOn, name) => {
    const [annotation] = annotationsOf(
      { findings: [sampleFinding({ severity })] },
      failOn,
    );
    expect(annotation?.name).toBe(name);
  });

  test('say what is and what to do', () => {
    const finding = sampleFinding({ message: 'It is so.', remedy: 'Do that.' });
    expect(annotationsOf({ findings: [finding] })).toEqual([
      { name: 'warning', title: 'invalid-index', text: 'It is so. Do that.' },
    ]);
  });

  test.each([2, 40])('of one kind are folded into one, of %i', (length) => {
    const findings = Array.from({ length }, (_, index) =>
      sampleFinding({ subject: `i${index}`, message: `The index i${index} is invalid.` }),
    );
    const annotations = annotationsOf({ findings });
    expect(annotations).toHaveLength(1);
    expect(annotations[0]?.text).toContain('The index i0 is invalid.');
    expect(annotations[0]?.text).toContain(`${length - 1} more`);
  });

  test('of many kinds stay within what the runner shows, with the outcome', () => {
    const findings = Array.from({ length: 30 }, (_, index) =>
      sampleFinding({ severity: 'high', code: `kind-${index}` as FindingCode }),
    );
    const annotations = annotationsOf({ outcome: 'attention', findings });
    expect(annotations.length).toBeLessThanOrEqual(10);
    expect(annotations[0]?.title).toContain('attention');
    const kinds = annotations.slice(1).map(({ title }) => title);
    expect(kinds).toEqual(Array.from(kinds, (_, index) => `kind-${index}`));
    expect(kinds).toHaveLength(8);
  });
});

test.each([
  ['a\n::error::b', 'a\n : :error::b'],
  ['a\r\n::stop-commands::b', 'a\n : :stop-commands::b'],
  ['a\n##[group]b', 'a\n## [group]b'],
  ['100 %0A::error::b', '100 %0A::error::b'],
  ['%25', '%25'],
  ['\u001b[2Ka\u202eb\u200bc', ' [2Ka b c'],
])('the text %j stays within its annotation', (message, shown) => {
  const output = outputOf(() =>
    annotate(
      sampleResult({ findings: [sampleFinding({ message, remedy: '' })] }),
      'high',
    ),
  );
  expect(output.trimEnd().split(/[\r\n]/)).toHaveLength(1);
  const [annotation] = annotationsOf({
    findings: [sampleFinding({ message, remedy: '' })],
  });
  expect(annotation?.text.trimEnd()).toBe(shown);
});

test('long texts are cut before the runner cuts them', () => {
  const long = `A${'x'.repeat(50_000)}`;
  const annotations = annotationsOf({
    outcome: 'failed',
    message: long,
    findings: [sampleFinding({ message: long })],
  });
  for (const { text } of annotations) {
    expect(text).toMatch(/^Ax+…$/);
    expect(text.length).toBeLessThanOrEqual(4096);
  }
  expect(annotations).toHaveLength(2);
});
