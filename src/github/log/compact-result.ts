import type { Finding } from '../../core/finding.ts';
import type { Result, StepResult } from '../../core/result-schema.ts';
import { withoutTables } from '../outputs.ts';
import { firstThatFit, shorten } from './fit.ts';
import { hide } from './marker.ts';

/** What later runs want to know most: what is left, what failed, what takes long. */
const rank: Record<StepResult['status'], number> = {
  'carried-over': 0,
  cancelled: 1,
  failed: 2,
  done: 3,
  skipped: 4,
  planned: 4,
};

/**
 * Shortens a Result until it fits, hidden, into so many characters: first the tables, then
 * the texts, then the steps that later runs can do without. The metrics `omittedSteps` and
 * `omittedFindings` say how many are left out.
 */
export function compactResult(whole: Result, maxCharacters: number): Result {
  const lengthOf = (value: unknown) => hide('result', value).length;
  const result = withoutTables(whole);
  if (lengthOf(result) <= maxCharacters) return result;
  const steps = result.steps.map(withoutTexts);
  const [bare, withoutFindings] = [result.findings.slice(0, 20).map(shortened), []].map(
    (findings): Result => ({
      ...result,
      message: shorten(result.message, 1000),
      target: result.target === null ? null : shorten(result.target, 500),
      steps: [],
      findings,
      metrics: {
        ...result.metrics,
        omittedSteps: steps.length,
        omittedFindings: result.findings.length - findings.length,
      },
    }),
  ) as [Result, Result];
  const compact = lengthOf(bare) <= maxCharacters ? bare : withoutFindings;
  const left = maxCharacters - lengthOf(compact);
  const kept = new Set(firstThatFit(steps.toSorted(byUse), lengthOf, left));
  compact.steps = steps.filter((step) => kept.has(step));
  compact.metrics['omittedSteps'] = steps.length - kept.size;
  return compact;
}

function byUse(a: StepResult, b: StepResult): number {
  return rank[a.status] - rank[b.status] || (b.seconds ?? 0) - (a.seconds ?? 0);
}

function withoutTexts(step: StepResult): StepResult {
  const error = step.error === null ? null : shorten(step.error, 100);
  return { ...step, error, why: '', before: null, after: null };
}

function shortened(finding: Finding): Finding {
  return {
    ...finding,
    subject: shorten(finding.subject, 200),
    message: shorten(finding.message, 200),
    remedy: shorten(finding.remedy, 200),
  };
}
