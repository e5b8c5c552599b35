import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Result } from '../../src/core/result-schema.ts';
import { outputs, shortenedJson, writeOutputs } from '../../src/github/outputs.ts';
import { expectValidResult } from '../result-validator.ts';
import { parseCommandFile } from '../rig/command-files.ts';
import { sampleFinding, sampleResult, sampleStep } from '../sample-result.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outputs-test-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

function written(
  result: Result,
  failOn: 'high' | 'low' | 'never' = 'high',
  onlyLooks = false,
) {
  const file = join(directory, 'output');
  writeFileSync(file, '');
  vi.stubEnv('GITHUB_OUTPUT', file);
  writeOutputs(result, { failOn, env: { RUNNER_TEMP: directory }, onlyLooks });
  return parseCommandFile(readFileSync(file, 'utf8'));
}

const manySteps = Array.from({ length: 10_000 }, (_, index) =>
  sampleStep({ id: `schéma."Tàble ${index}"`, status: index % 2 ? 'done' : 'failed' }),
);

describe('the outputs', () => {
  test('are those that action.yml declares', () => {
    expect(Object.keys(written(sampleResult()))).toEqual(Object.keys(outputs));
  });

  test('name outcome and reason', () => {
    const result = sampleResult({ outcome: 'blocked', reason: 'already-running' });
    const { outcome, reason } = written(result);
    expect({ outcome, reason }).toEqual({
      outcome: 'blocked',
      reason: 'already-running',
    });
  });

  test('count what changed something, wholly or in part', () => {
    const steps = [
      sampleStep({ status: 'done' }),
      sampleStep({ status: 'cancelled' }),
      sampleStep({ status: 'failed' }),
      sampleStep({ status: 'skipped' }),
      sampleStep({ status: 'carried-over', startedAt: null, seconds: null }),
    ];
    expect(written(sampleResult({ steps }))['changed']).toBe('2');
  });

  test('count no change of a task that only looks', () => {
    expect(written(sampleResult(), 'high', true)['changed']).toBe('0');
  });

  test('hold those of the task itself', () => {
    const result = sampleResult({ outputs: { verdict: 'failed' } });
    expect(written(result)['verdict']).toBe('failed');
  });

  test('count no change in a dry run', () => {
    const steps = [sampleStep({ status: 'planned', startedAt: null, seconds: null })];
    expect(written(sampleResult({ steps, dryRun: true }))['changed']).toBe('0');
  });

  test.each([
    ['high', '2'],
    ['low', '3'],
    ['never', '0'],
  ] as const)('count the findings at or above fail-on %s', (failOn, count) => {
    const findings = (['critical', 'high', 'low', 'info'] as const).map((severity) =>
      sampleFinding({ severity }),
    );
    expect(written(sampleResult({ findings }), failOn)['findings']).toBe(count);
  });

  test('give the result as JSON', () => {
    const result = sampleResult({ message: 'a\nresult<<EOF\n%0A::error::' });
    expect(JSON.parse(written(result)['result'] ?? '')).toEqual(result);
  });

  test('name a file in the directory of the runner with the whole result', () => {
    const result = sampleResult({ steps: manySteps });
    const file = written(result)['result-file'] ?? '';
    expect(dirname(file)).toBe(directory);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(result);
  });
});

describe('the result as JSON', () => {
  const read = (result: Result): Result => JSON.parse(shortenedJson(result));

  test('is whole where it fits', () => {
    const result = sampleResult({ findings: [sampleFinding()] });
    expect(read(result)).toEqual(result);
  });

  test.each([
    ['10,000 steps', { steps: manySteps }],
    ['long texts', { steps: [sampleStep({ error: '取'.repeat(100_000) })] }],
    ['a long message', { message: '取'.repeat(100_000) }],
    [
      'many long findings',
      {
        findings: Array.from({ length: 500 }, () =>
          sampleFinding({ message: '取'.repeat(5000) }),
        ),
      },
    ],
    [
      'findings with long remedies',
      {
        findings: Array.from({ length: 20 }, () =>
          sampleFinding({ subject: '取'.repeat(500), remedy: '取'.repeat(5000) }),
        ),
      },
    ],
    [
      'texts that JSON makes longer',
      {
        findings: Array.from({ length: 20 }, () =>
          sampleFinding({ message: '\u0001'.repeat(1000) }),
        ),
        message: '\u0001'.repeat(2000),
      },
    ],
  ])('stays below 100 kB with %s, and valid', (_, changes) => {
    const result = sampleResult(changes);
    expect(Buffer.byteLength(shortenedJson(result))).toBeLessThan(100_000);
    expectValidResult(read(result));
  });

  test('says how many steps it leaves out, and keeps the first ones', () => {
    const { steps, metrics } = read(sampleResult({ steps: manySteps }));
    expect(steps.length).toBeGreaterThan(100);
    expect(steps).toEqual(manySteps.slice(0, steps.length));
    expect(metrics['omittedSteps']).toBe(10_000 - steps.length);
    expect(metrics['considered']).toBe(1);
  });

  test('cuts the texts of findings before it leaves findings out', () => {
    const long = '取'.repeat(5000);
    const findings = Array.from({ length: 20 }, () =>
      sampleFinding({ subject: long, message: long, remedy: long }),
    );
    const shortened = read(sampleResult({ findings, steps: [] }));
    expect(shortened.findings).toHaveLength(20);
    expect(shortened.findings[0]?.message).toMatch(/^取{100}/);
    expect(shortened.metrics).toMatchObject({ omittedSteps: 0, omittedFindings: 0 });
  });

  test('says how many findings it leaves out', () => {
    const findings = Array.from({ length: 500 }, () =>
      sampleFinding({ message: 'x'.repeat(900) }),
    );
    const shortened = read(sampleResult({ findings }));
    expect(shortened.findings.length).toBeGreaterThan(0);
    expect(shortened.metrics['omittedFindings']).toBe(500 - shortened.findings.length);
  });

  test('keeps how the run ended', () => {
    const result = sampleResult({ steps: manySteps, outcome: 'failed' });
    const { steps: _, metrics: __, ...ending } = result;
    expect(read(result)).toMatchObject(ending);
  });
});
