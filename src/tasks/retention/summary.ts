import type { StepResult } from '../../core/result-schema.ts';
import type { Run } from '../../core/run.ts';
import { undoneSteps } from '../../core/step-words.ts';
import type { ShownFigure } from '../../core/task.ts';
import { formatCount } from '../../core/units.ts';

/** The figures that a person wants to see change. */
export const shownFigures: readonly ShownFigure[] = [
  { key: 'expiredRows', title: 'Expired rows', unit: 'count', notableFrom: 1 },
  { key: 'rows', title: 'Rows', unit: 'count', notableFrom: 1 },
  { key: 'bytes', title: 'Size', unit: 'bytes', notableFrom: 1 },
];

/** What the steps have done together. */
export function totalsOf(steps: readonly StepResult[]): Record<string, number> {
  const total = (key: string) =>
    steps.reduce((sum, { metrics }) => sum + (metrics[key] ?? 0), 0);
  return {
    deletedRows: total('deletedRows'),
    archivedRows: total('archivedRows'),
    batches: total('batches'),
    walBytes: total('walBytes'),
  };
}

/** One or two sentences on what the steps came to; what was carried over is named. */
export function summarizeSteps(steps: readonly StepResult[], run: Run): string {
  const all = policies(steps.length);
  const idle = steps.filter(({ error }) => error === 'nothing has expired');
  const others = steps.filter((step) => !idle.includes(step));
  if (others.length === 0) return `Nothing has expired under ${all}.`;
  const nothing = idle.length > 0 && `nothing has expired under ${policies(idle.length)}`;
  if (run.dryRun) {
    const planned = others.filter(({ status }) => status === 'planned');
    const rows = planned.reduce(
      (sum, { before }) => sum + Number(before?.['expiredRows'] ?? 0),
      0,
    );
    const would = `Would delete up to ${formatCount(rows)} rows under ${planned.length} of ${all}`;
    return sentence([would, nothing, ...undoneSteps(others), 'nothing was changed']);
  }
  const { deletedRows = 0, archivedRows = 0 } = totalsOf(steps);
  const done = steps.filter(({ metrics }) => (metrics['deletedRows'] ?? 0) > 0).length;
  const archived =
    archivedRows > 0 && `${formatCount(archivedRows)} were archived before`;
  const deleted = `Deleted ${formatCount(deletedRows)} rows under ${done} of ${all}`;
  return sentence([deleted, archived, nothing, ...undoneSteps(others)]);
}

function policies(count: number): string {
  return count === 1 ? '1 policy' : `${formatCount(count)} policies`;
}

function sentence(parts: readonly (string | false)[]): string {
  return `${parts.filter(Boolean).join('; ')}.`;
}
