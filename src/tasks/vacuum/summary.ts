import type { StepResult } from '../../core/result-schema.ts';
import type { Run } from '../../core/run.ts';
import { undoneSteps } from '../../core/step-words.ts';
import type { ShownFigure } from '../../core/task.ts';
import { formatCount } from '../../core/units.ts';
import { keptDeadTuples } from './kept-tuples.ts';

/** The figures that a person wants to see change. */
export const shownFigures: readonly ShownFigure[] = [
  { key: 'deadTuples', title: 'Dead tuples', unit: 'count', notableFrom: 1 },
  { key: 'bytes', title: 'Size', unit: 'bytes', notableFrom: 1 },
  { key: 'xidAge', title: 'Age', unit: 'count', notableFrom: 100_000 },
];

/** One or two sentences on what the steps came to; what was carried over is named. */
export function summarizeSteps(steps: readonly StepResult[], run: Run): string {
  if (steps.length === 0) return 'No table is due.';
  const all = tables(steps.length);
  if (run.dryRun) return `Would vacuum or analyze ${all}; nothing was changed.`;
  const done = steps.filter(({ status }) => status === 'done');
  const removed = done.reduce((sum, step) => sum + removedTuples(step), 0);
  const work = `Vacuumed or analyzed ${done.length} of ${all}`;
  const effect = removed > 0 ? ` and removed ${formatCount(removed)} dead tuples` : '';
  const kept = done.reduce((sum, step) => sum + keptDeadTuples(step), 0);
  const rest = [
    kept > 0 && `${formatCount(kept)} could not be removed yet`,
    ...undoneSteps(steps),
  ].filter(Boolean);
  return [`${work}${effect}`, ...rest].join('; ').concat('.');
}

function removedTuples({ command, before, after }: StepResult): number {
  if (!command.startsWith('VACUUM')) return 0;
  const [from, to] = [before?.['deadTuples'], after?.['deadTuples']];
  return typeof from === 'number' && typeof to === 'number' ? Math.max(0, from - to) : 0;
}

function tables(count: number): string {
  return count === 1 ? '1 table' : `${formatCount(count)} tables`;
}
