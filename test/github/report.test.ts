import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { commonInputs } from '../../src/core/common-inputs.ts';
import type { Result } from '../../src/core/result-schema.ts';
import type { Log } from '../../src/core/run.ts';
import { report } from '../../src/github/report.ts';
import { parseCommandFile } from '../rig/command-files.ts';
import { sampleFinding, sampleResult } from '../sample-result.ts';
import { outputOf } from './runner-commands.ts';

let directory: string;
let exitCode: typeof process.exitCode;
beforeEach(() => {
  exitCode = process.exitCode;
  process.exitCode = undefined;
  directory = mkdtempSync(join(tmpdir(), 'report-test-'));
  for (const file of ['output', 'summary']) writeFileSync(join(directory, file), '');
  vi.stubEnv('GITHUB_OUTPUT', join(directory, 'output'));
});
afterEach(() => {
  process.exitCode = exitCode;
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true });
});

type When = ReturnType<typeof commonInputs.summary.parse>;

const ended = (result: Result) => ({
  result,
  history: { runs: [] },
  logUrl: null,
  isUnclean: false,
});

function reported(changes: Partial<Result>, summary: When = 'always') {
  const lines: string[] = [];
  const log: Log = {
    info: (line) => lines.push(line),
    warning: (line) => lines.push(`warning: ${line}`),
    group() {},
  };
  const env = {
    RUNNER_TEMP: directory,
    GITHUB_STEP_SUMMARY: join(directory, 'summary'),
  };
  const output = outputOf(() =>
    report(ended(sampleResult(changes)), {
      figures: [],
      summary,
      failOn: 'high',
      log,
      env,
    }),
  );
  return {
    lines,
    output,
    outputs: parseCommandFile(readFileSync(join(directory, 'output'), 'utf8')),
    summary: readFileSync(join(directory, 'summary'), 'utf8'),
    exitCode: process.exitCode,
  };
}

test('a report says how the run ended everywhere', () => {
  const { lines, output, outputs, summary } = reported({
    outcome: 'incomplete',
    reason: 'deadline-reached',
    message: 'Half of it.',
  });
  expect(lines).toEqual(['incomplete (deadline-reached): Half of it.']);
  expect(output).toContain('::warning');
  expect(outputs).toMatchObject({ outcome: 'incomplete' });
  expect(summary).toContain('incomplete');
});

describe('the summary is written', () => {
  test.each([
    ['always', 'succeeded', [], true],
    ['never', 'failed', [sampleFinding()], false],
    ['on-findings', 'succeeded', [], false],
    ['on-findings', 'nothing-to-do', [], false],
    ['on-findings', 'succeeded', [sampleFinding()], true],
    ['on-findings', 'incomplete', [], true],
    ['on-findings', 'failed', [], true],
    ['on-findings', 'blocked', [], true],
  ] as const)('%s, with a run that %s and findings %j: %s', (...row) => {
    const [when, outcome, findings, isWritten] = row;
    const { summary } = reported({ outcome, findings: [...findings] }, when);
    expect(summary !== '').toBe(isWritten);
  });

  test('after what is there already', () => {
    writeFileSync(join(directory, 'summary'), 'Before.\n');
    expect(reported({}).summary).toMatch(/^Before\.\n## /);
  });
});

test.each([
  ['succeeded', undefined],
  ['nothing-to-do', undefined],
  ['incomplete', undefined],
  ['attention', 1],
  ['blocked', 1],
  ['failed', 1],
  ['cancelled', 1],
] as const)('a run that ended %s gives the exit code %s', (outcome, code) => {
  expect(reported({ outcome }).exitCode).toBe(code);
});

describe('where nothing can be written', () => {
  const result = sampleResult({ outcome: 'failed', reason: 'step-failed' });

  function reportedNowhere() {
    const gone = join(directory, 'gone');
    const env = { RUNNER_TEMP: gone, GITHUB_STEP_SUMMARY: join(gone, 'summary') };
    const warnings: string[] = [];
    const log: Log = { info() {}, warning: (line) => warnings.push(line), group() {} };
    const options = { figures: [], summary: 'always', failOn: 'high', log, env } as const;
    const output = outputOf(() => report(ended(result), options));
    return { output, warnings };
  }

  test('the annotation and the exit code still say how the run ended', () => {
    const { output, warnings } = reportedNowhere();
    expect(output).toContain('::error');
    expect(process.exitCode).toBe(1);
    expect(warnings).toEqual([
      expect.stringContaining('ENOENT'),
      expect.stringContaining('ENOENT'),
    ]);
  });

  test('the outputs still say it, though the file of the result is missing', () => {
    reportedNowhere();
    const outputs = parseCommandFile(readFileSync(join(directory, 'output'), 'utf8'));
    expect(outputs).toMatchObject({ outcome: 'failed', reason: 'step-failed' });
  });
});
