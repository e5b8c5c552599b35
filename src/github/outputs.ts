import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as core from '@actions/core';
import { isAtOrAbove } from '../core/finding.ts';
import type { FailOn } from '../core/outcome.ts';
import type { Result } from '../core/result-schema.ts';

/** The outputs of every action, for `action.yml` and the README. */
export const outputs = {
  outcome:
    '`succeeded`, `nothing-to-do`, `incomplete`, `attention`, `blocked`, `failed` or `cancelled`.',
  reason: 'Why, out of a closed list: `completed`, `deadline-reached`, `step-failed`, …',
  changed: 'Number of steps that changed something, wholly or in part.',
  findings: 'Number of findings at or above `fail-on`.',
  result: 'The result as JSON, shortened to stay below 100 kB.',
  'result-file': 'Path of the whole result as JSON.',
} as const;

const maxResultBytes = 100_000;

/** Writes the whole result to a file and sets the outputs of the action. */
export function writeOutputs(
  result: Result,
  failOn: FailOn,
  env: NodeJS.ProcessEnv,
): void {
  const directory = env['RUNNER_TEMP'] || tmpdir();
  const name = `maintenance-${result.task}-${result.run.id}-${result.run.attempt}-${process.pid}`;
  const file = join(directory, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  const grave = result.findings.filter(({ severity }) => isAtOrAbove(severity, failOn));
  const values: Record<keyof typeof outputs, string | number> = {
    outcome: result.outcome,
    reason: result.reason,
    changed: countChanged(result),
    findings: grave.length,
    result: shortenedJson(result),
    'result-file': file,
  };
  for (const [output, value] of Object.entries(values)) core.setOutput(output, value);
}

/** A cancelled command has worked too: what a vacuum removed before stays removed. */
function countChanged({ steps, dryRun }: Result): number {
  if (dryRun) return 0;
  return steps.filter(
    ({ status, startedAt }) => status === 'done' || (status === 'cancelled' && startedAt),
  ).length;
}

/**
 * Writes a result as JSON of less than 100 kB: whole if it fits, else without its steps
 * from the end on, and a metric `omittedSteps` that says how many are left out.
 */
export function shortenedJson(result: Result): string {
  const json = JSON.stringify(result);
  if (Buffer.byteLength(json) < maxResultBytes) return json;
  const findings = result.findings.slice(0, 20);
  const omittedFindings = result.findings.length - findings.length;
  let kept = result.steps.length;
  for (;;) {
    kept = Math.floor(kept / 2);
    const shortened = JSON.stringify({
      ...result,
      message: result.message.slice(0, 2000),
      steps: result.steps.slice(0, kept),
      findings: findings.map((one) => ({ ...one, message: one.message.slice(0, 1000) })),
      metrics: {
        ...result.metrics,
        omittedSteps: result.steps.length - kept,
        omittedFindings,
      },
    });
    if (Buffer.byteLength(shortened) < maxResultBytes || kept === 0) return shortened;
  }
}
