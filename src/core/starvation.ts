import { type Finding, finding } from './finding.ts';
import { type History, realRuns } from './maintenance-log.ts';
import type { Result, StepResult } from './result-schema.ts';

/** Carried over so many runs in a row, a step starves. */
const maxRunsInARow = 3;

const isLeft = ({ status }: Pick<StepResult, 'status'>) =>
  status === 'carried-over' || status === 'cancelled';

/** Whether part of it is done for good, and there is less to do than in an earlier run. */
function isComingToAnEnd(step: StepResult, earlier: StepResult | undefined): boolean {
  const workBytes = step.metrics['workBytes'] ?? 0;
  return advances(step) && workBytes < (earlier?.metrics['workBytes'] ?? workBytes);
}

const advances = ({ metrics }: StepResult) => (metrics['doneBytes'] ?? 0) > 0;

/** Whether a run says what is left: not if it was refused, or failed before its plan. */
export function madePlan({ outcome, steps }: Result): boolean {
  return steps.length > 0 || (outcome !== 'blocked' && outcome !== 'failed');
}

/** In how many runs in a row, up to the last one, a step was carried over. */
export function carriedOverInARow(id: string, history: History): number {
  const real = realRuns(history).filter(madePlan);
  const index = real.findIndex(
    ({ steps }) => !steps.some((step) => step.id === id && isLeft(step)),
  );
  return index < 0 ? real.length : index;
}

/**
 * A window that is too small must not stay green: finds that nothing at all was finished,
 * or which steps were carried over three times in a row.
 */
export function starvation(steps: readonly StepResult[], history: History): Finding[] {
  const left = steps.filter(isLeft);
  if (left.length === 0) return [];
  if (!steps.some((step) => step.status === 'done' || advances(step))) {
    const [first] = left;
    const why = first?.error ? ` ${first.id}: ${first.error}.` : '';
    const message = `Not one step was finished, of ${steps.length} planned.${why}`;
    return [finding('starving', 'the window', message)];
  }
  const before = realRuns(history).filter(madePlan)[maxRunsInARow - 2]?.steps ?? [];
  return left
    .filter((step) => {
      const earlier = before.find(({ id }) => id === step.id);
      return !isComingToAnEnd(step, earlier);
    })
    .map(({ id }) => ({ id, runs: carriedOverInARow(id, history) + 1 }))
    .filter(({ runs }) => runs >= maxRunsInARow)
    .map(({ id, runs }) =>
      finding('starving', id, `${id} was carried over in ${runs} runs in a row.`),
    );
}
