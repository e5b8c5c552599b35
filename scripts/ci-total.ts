import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

interface Total {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: { readonly status: string; readonly fullName: string }[];
  }[];
}

// Adds up tests and checks, given the exit codes of both.
const [testCode, checkCode] = process.argv.slice(2).map(Number);
const totals = [
  withExitCode('Tests', testCode, readTests),
  withExitCode('Checks', checkCode, readChecks),
];
const sum = (key: keyof Total) => totals.reduce((total, one) => total + one[key], 0);
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
// What is skipped here is not tested anywhere.
process.exitCode = failed + skipped > 0 ? 1 : 0;
console.log(
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
);

/** A run that failed has a failure, even if it did not live to report one. */
function withExitCode(name: string, code: number | undefined, read: () => Total): Total {
  const total = readSafely(name, read);
  if (code === 0 || total.failed > 0) return total;
  console.log(`${name}: exit code ${code}, with no failure reported.`);
  return { ...total, failed: 1 };
}

function readSafely(name: string, read: () => Total): Total {
  try {
    return read();
  } catch (error) {
    console.log(`${name}: no report (${(error as Error).message}).`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function readTests(): Total {
  const report = JSON.parse(readResult('test-results.json')) as TestReport;
  for (const { name, assertionResults } of report.testResults) {
    for (const { fullName } of assertionResults.filter(isSkipped)) {
      console.log(`Skipped: ${fullName} (${name.slice(root.length + 1)})`);
    }
  }
  const broken = report.testResults.filter(
    (file) =>
      file.status === 'failed' &&
      !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function isSkipped({ status }: { status: string }): boolean {
  return status !== 'passed' && status !== 'failed';
}

function readChecks(): Total {
  const lines = readResult('check-output.txt').trimEnd().split('\n');
  const total = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(
    lines.at(-1) ?? '',
  );
  if (total === null) throw new Error('the output does not end with a total');
  const [, passed, failed, skipped = 0] = total;
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
}

function readResult(file: string): string {
  return readFileSync(join(root, 'build', file), 'utf8');
}
