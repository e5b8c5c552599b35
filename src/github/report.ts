import { appendFileSync } from 'node:fs';
import type { CommonInputs } from '../core/common-inputs.ts';
import type { EndedRun } from '../core/lifecycle.ts';
import { type FailOn, isRed } from '../core/outcome.ts';
import type { Result } from '../core/result-schema.ts';
import type { Log } from '../core/run.ts';
import type { ShownFigure } from '../core/task.ts';
import { annotate } from './annotations.ts';
import { writeOutputs } from './outputs.ts';
import { summaryOf } from './summary.ts';

interface ReportOptions {
  readonly figures: readonly ShownFigure[];
  readonly summary: CommonInputs['summary'];
  readonly failOn: FailOn;
  readonly onlyLooks?: boolean;
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Reports a result to everyone who reads it: the log, the outputs, the job summary, the
 * annotations, and the exit code, which decides the colour of the job.
 */
export function report(ended: EndedRun, options: ReportOptions): void {
  const { result } = ended;
  const { log } = options;
  log.info(`${result.outcome} (${result.reason}): ${result.message}`);
  // What cannot be written must not hide how the maintenance itself ended.
  const attempt = (what: string, write: () => void) => {
    try {
      write();
    } catch (error) {
      log.warning(`The ${what} could not be written: ${error}`);
    }
  };
  attempt('outputs', () => writeOutputs(result, options));
  attempt('job summary', () => writeSummary(ended, options));
  annotate(result, options.failOn);
  if (isRed(result.outcome) || result.outcome === 'cancelled') process.exitCode = 1;
}

function writeSummary(
  { result, history, logUrl }: EndedRun,
  { summary, figures, env }: ReportOptions,
): void {
  const file = env['GITHUB_STEP_SUMMARY'];
  if (file && wantsSummary(result, summary))
    appendFileSync(file, summaryOf(result, figures, { history, logUrl }));
}

function wantsSummary(
  { outcome, findings }: Result,
  summary: CommonInputs['summary'],
): boolean {
  if (summary !== 'on-findings') return summary === 'always';
  const isQuiet = outcome === 'succeeded' || outcome === 'nothing-to-do';
  return findings.length > 0 || !isQuiet;
}
