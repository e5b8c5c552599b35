import type { Result, StepResult } from '../../core/result-schema.ts';
import { shorten } from './fit.ts';
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
 * Shortens a Result until it fits, hidden, into so many characters: first the texts, then
 * the steps that later runs can do without. The metrics `omittedSteps` and
 * `omittedFindings` say how many are left out.
 */
export function compactResult(result: Result, maxCharacters: number): Result {
  const fits = (candidate: Result) => hide('result', candidate).length <= maxCharacters;
  if (fits(result)) return result;
  const steps = result.steps.map(withoutTexts);
  const byUse = [...steps.keys()].sort((a, b) => compareUse(at(a), at(b)) || a - b);
  const findings = result.findings.slice(0, 20).map((finding) => ({
    ...finding,
    subject: shorten(finding.subject, 200),
    message: shorten(finding.message, 200),
    remedy: shorten(finding.remedy, 200),
  }));
  for (let kept = steps.length; ; kept = Math.floor(kept * 0.8)) {
    const keptSteps = new Set(byUse.slice(0, kept));
    const compact: Result = {
      ...result,
      message: shorten(result.message, 1000),
      target: result.target === null ? null : shorten(result.target, 500),
      steps: steps.filter((_, index) => keptSteps.has(index)),
      findings,
      metrics: {
        ...result.metrics,
        omittedSteps: steps.length - kept,
        omittedFindings: result.findings.length - findings.length,
      },
    };
    if (fits(compact)) return compact;
    if (kept === 0) return { ...compact, findings: [] };
  }

  function at(index: number): StepResult {
    return steps[index] as StepResult;
  }
}

function compareUse(a: StepResult, b: StepResult): number {
  return rank[a.status] - rank[b.status] || (b.seconds ?? 0) - (a.seconds ?? 0);
}

function withoutTexts(step: StepResult): StepResult {
  const error = step.error === null ? null : shorten(step.error, 100);
  return { ...step, error, why: '', before: null, after: null };
}
