import type { StepResult } from './result-schema.ts';

/** Counts the steps that ended so, and names the first of them; empty where there are none. */
export function namedSteps(
  steps: readonly StepResult[],
  statuses: readonly StepResult['status'][],
  word: string,
): string {
  const ids = steps.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
  if (ids.length === 0) return '';
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : '';
  return `${ids.length} ${word} (${ids.slice(0, 5).join(', ')}${more})`;
}

/** What became of the steps that are not done, for the sentence that sums up a run. */
export function undoneSteps(steps: readonly StepResult[]): string[] {
  return [
    namedSteps(steps, ['failed'], 'failed'),
    namedSteps(steps, ['skipped'], 'skipped'),
    namedSteps(steps, ['cancelled', 'carried-over'], 'carried over'),
  ].filter(Boolean);
}
