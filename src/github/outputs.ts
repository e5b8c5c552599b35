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

/** What there is to know for the outputs beside the result. */
interface OutputOptions {
  readonly failOn: FailOn;
  readonly env: NodeJS.ProcessEnv;
  /** Whether the task only looks: then no step has changed anything. */
  readonly onlyLooks?: boolean;
}

/**
 * Writes the whole result to a file and sets the outputs of the action. Where the file
 * cannot be written, the other outputs are set all the same, and then it throws.
 */
export function writeOutputs(
  result: Result,
  { failOn, env, onlyLooks = false }: OutputOptions,
): void {
  const directory = env['RUNNER_TEMP'] || tmpdir();
  const name = `maintenance-${result.task}-${result.run.id}-${result.run.attempt}-${process.pid}`;
  const file = join(directory, `${name}.json`);
  const grave = result.findings.filter(({ severity }) => isAtOrAbove(severity, failOn));
  setOutputs({
    outcome: result.outcome,
    reason: result.reason,
    changed: onlyLooks ? 0 : countChanged(result),
    findings: grave.length,
    result: shortenedJson(result),
    ...result.outputs,
  });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  setOutputs({ 'result-file': file });
}

function setOutputs(values: Readonly<Record<string, string | number>>): void {
  for (const [output, value] of Object.entries(values)) core.setOutput(output, value);
}

/** A cancelled command has worked too: what a vacuum removed before stays removed. */
function countChanged({ steps, dryRun }: Result): number {
  if (dryRun) return 0;
  return steps.filter(({ status, startedAt, metrics }) => {
    const { doneBytes } = metrics;
    if (doneBytes !== undefined && status !== 'done') return doneBytes > 0;
    return status === 'done' || (status === 'cancelled' && startedAt);
  }).length;
}

/**
 * Writes a result as JSON of less than 100 kB. Where it is longer, its tables are left out,
 * then steps from the end on, then texts are cut, then findings are left out; the metrics `omittedSteps`
 * and `omittedFindings` say how many are missing.
 */
export function shortenedJson(result: Result): string {
  const whole = JSON.stringify(result);
  if (Buffer.byteLength(whole) < maxResultBytes) return whole;
  if (result.tables) return shortenedJson(withoutTables(result));
  let limits = { steps: result.steps.length, characters: 2000, findings: 50 };
  for (; ; limits = tighter(limits)) {
    const json = JSON.stringify(within(limits, result));
    if (Buffer.byteLength(json) < maxResultBytes || limits.findings === 0) return json;
  }
}

/** A result without what only people look at. */
export function withoutTables({ tables: _, ...result }: Result): Result {
  return result;
}

interface Limits {
  readonly steps: number;
  readonly characters: number;
  readonly findings: number;
}

function tighter({ steps, characters, findings }: Limits): Limits {
  if (steps > 0) return { steps: Math.floor(steps / 2), characters, findings };
  if (characters > 100) return { steps, characters: characters / 2, findings };
  return { steps, characters, findings: Math.floor(findings / 2) };
}

function within({ steps, characters, findings }: Limits, result: Result): Result {
  const cut = (text: string) => text.slice(0, characters);
  return {
    ...result,
    message: cut(result.message),
    steps: result.steps.slice(0, steps),
    findings: result.findings.slice(0, findings).map((one) => ({
      ...one,
      subject: cut(one.subject),
      message: cut(one.message),
      remedy: cut(one.remedy),
    })),
    metrics: {
      ...result.metrics,
      omittedSteps: Math.max(0, result.steps.length - steps),
      omittedFindings: Math.max(0, result.findings.length - findings),
    },
  };
}
