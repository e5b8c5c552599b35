import { expect, test } from 'vitest';
import { outcomes, reasons } from '../../src/core/outcome.ts';
import { redactResult } from '../../src/github/redaction.ts';
import { expectValidResult } from '../result-validator.ts';
import { sampleFinding, sampleResult, sampleStep } from '../sample-result.ts';

const without = (secret: string) => (text: string) => text.replaceAll(secret, '***');

test('a secret is hidden in every text that a server may have put it into', () => {
  const result = sampleResult({
    message: 'password s3cret was refused',
    steps: [sampleStep({ error: 'no s3cret', why: 's3cret' })],
    findings: [sampleFinding({ message: 's3cret', remedy: 'change s3cret' })],
  });
  const redacted = redactResult(result, without('s3cret'));
  expect(JSON.stringify(redacted)).not.toContain('s3cret');
  expect(redacted.message).toBe('password *** was refused');
});

test('a secret is hidden in the cells of a table, and figures stay', () => {
  const columns = [
    { title: 'What', unit: 'text' as const },
    { title: 'Rows', unit: 'count' as const },
  ];
  const table = { title: 'Checks', columns, rows: [['hunter2 came', 2, null]] };
  const result = redactResult(sampleResult({ tables: [table] }), (text) =>
    text.replaceAll('hunter2', '***'),
  );
  expect(result.tables?.[0]?.rows).toEqual([['*** came', 2, null]]);
});

test.each([...outcomes, ...reasons, 'vacuum', 'public', 'done', '202', 'medium'])(
  'the password %s changes no word of a closed list, no time and no name',
  (secret) => {
    const result = sampleResult({ steps: [sampleStep()], findings: [sampleFinding()] });
    const redacted = redactResult(result, without(secret));
    expectValidResult(redacted);
    const { outcome, reason, startedAt, steps, findings } = redacted;
    expect({ outcome, reason, startedAt }).toEqual({
      outcome: result.outcome,
      reason: result.reason,
      startedAt: result.startedAt,
    });
    expect(steps.map(({ id, status }) => [id, status])).toEqual(
      result.steps.map(({ id, status }) => [id, status]),
    );
    expect(findings[0]?.code).toBe(result.findings[0]?.code);
  },
);
