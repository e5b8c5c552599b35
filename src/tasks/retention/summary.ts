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
    detachedRows: total('detachedRows'),
    archivedRows: total('archivedRows'),
    batches: total('batches'),
    walBytes: total('walBytes'),
  };
}

/** What a step that has nothing to delete is skipped for. */
export const nothingExpired = 'nothing has expired';

/** One or two sentences on what the steps came to; what was carried over is named. */
export function summarizeSteps(steps: readonly StepResult[], run: Run): string {
  const idle = steps.filter(({ error }) => error === nothingExpired);
  const others = steps.filter((step) => !idle.includes(step));
  if (others.length === 0) return `Nothing ${ofTables(idle)} has expired.`;
  const nothing = idle.length > 0 && `nothing ${ofTables(idle)} has expired`;
  if (run.dryRun) {
    const planned = others.filter(({ status }) => status === 'planned');
    const rows = sum(planned.map(({ before }) => Number(before?.['dueRows'] ?? 0)));
    const would =
      planned.length === 0
        ? 'Nothing would be deleted'
        : `Would delete ${formatCount(rows)} rows ${ofTables(planned, steps)}`;
    return sentence([would, nothing, ...undoneSteps(others), 'nothing was changed']);
  }
  const { deletedRows = 0, detachedRows = 0, archivedRows = 0 } = totalsOf(steps);
  const by = (key: string) => others.filter(({ metrics }) => (metrics[key] ?? 0) > 0);
  const told = (did: string, rows: number, key: string) =>
    `${did} ${formatCount(rows)} rows ${ofTables(by(key), steps)}`;
  const detached = detachedRows > 0 && told('Detached', detachedRows, 'detachedRows');
  const deleted =
    deletedRows > 0
      ? told('Deleted', deletedRows, 'deletedRows')
      : !detached && 'Nothing was deleted';
  const leftRows = sum(
    others
      .filter(({ status }) => status === 'done' || status === 'cancelled')
      .map(({ after }) => Number(after?.['expiredRows'] ?? 0)),
  );
  const left = leftRows > 0 && `${formatCount(leftRows)} that have expired are left`;
  const archived =
    archivedRows > 0 && `${formatCount(archivedRows)} of them were archived`;
  return sentence([deleted, detached, archived, left, nothing, ...undoneSteps(others)]);
}

/** Names the only table, or counts the policies. */
function ofTables(steps: readonly StepResult[], all = steps): string {
  const [first] = steps;
  if (first && steps.length === 1) return `of ${first.id}`;
  const count = `${formatCount(steps.length)}${all.length > steps.length ? ` of ${formatCount(all.length)}` : ''}`;
  return `under ${count} ${all.length === 1 ? 'policy' : 'policies'}`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function sentence(parts: readonly (string | false)[]): string {
  return `${parts.filter(Boolean).join('; ')}.`;
}
