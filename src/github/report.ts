import { appendFileSync } from 'node:fs';
import type { CommonInputs } from '../core/common-inputs.ts';
import type { FailOn } from '../core/outcome.ts';
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
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Reports a result to everyone who reads it: the log, the outputs, the job summary, and
 * the annotations, which come last because they decide the colour of the job.
 */
export function report(result: Result, options: ReportOptions): void {
  const { log, env } = options;
  log.info(`${result.outcome} (${result.reason}): ${result.message}`);
  writeOutputs(result, options.failOn, env);
  if (wantsSummary(result, options.summary)) {
    const file = env['GITHUB_STEP_SUMMARY'];
    if (file) appendFileSync(file, summaryOf(result, options.figures));
  }
  annotate(result, options.failOn);
}

function wantsSummary({ outcome, findings }: Result, summary: CommonInputs['summary']): boolean {
  if (summary !== 'on-findings') return summary === 'always';
  const isQuiet = outcome === 'succeeded' || outcome === 'nothing-to-do';
  return findings.length > 0 || !isQuiet;
}
