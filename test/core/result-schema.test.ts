import { describe, expect, test } from 'vitest';
import { resultSchema } from '../../src/core/result-schema.ts';
import { expectValidResult } from '../result-validator.ts';
import { sampleFinding, sampleResult, sampleStep } from '../sample-result.ts';

const accepts = {
  'the published schema': (result: unknown) => {
    try {
      expectValidResult(result);
      return true;
    } catch {
      return false;
    }
  },
  'the schema in code': (result: unknown) => resultSchema.safeParse(result).success,
};

const result = sampleResult({ findings: [sampleFinding()] });

describe.each(Object.entries(accepts))('%s', (_, isAccepted) => {
  test('accepts a whole result', () => {
    expect(isAccepted(result)).toBe(true);
    expect(isAccepted(JSON.parse(JSON.stringify(result)))).toBe(true);
  });

  test.each([
    ['an unknown field', { ...result, colour: 'green' }],
    ['an unknown outcome', { ...result, outcome: 'fine' }],
    ['an unknown reason', { ...result, reason: 'because' }],
    ['another version', { ...result, schema: 2 }],
    ['a missing field', { ...result, findings: undefined }],
    ['a time that is none', { ...result, startedAt: 'at two' }],
    ['a time without zone', { ...result, startedAt: '2026-11-29T02:07:00' }],
    ['a figure that is no number', { ...result, metrics: { walBytes: Number.NaN } }],
    ['a text for a number', { ...result, metrics: { walBytes: '5' } }],
    ['an unknown status', { ...result, steps: [{ ...sampleStep(), status: 'ok' }] }],
    ['a negative time', { ...result, steps: [sampleStep({ seconds: -1 })] }],
    ['an unknown code', { ...result, findings: [{ ...sampleFinding(), code: 'odd' }] }],
  ])('refuses %s', (_, broken) => {
    expect(isAccepted(broken)).toBe(false);
  });
});
