import type { StepResult } from '../../core/result-schema.ts';
import type { Run } from '../../core/run.ts';
import { undoneSteps } from '../../core/step-words.ts';
import type { ShownFigure } from '../../core/task.ts';
import { formatBytes, formatCount } from '../../core/units.ts';

/** The figures that a person wants to see change. */
export const shownFigures: readonly ShownFigure[] = [
  { key: 'bytes', title: 'Size', unit: 'bytes', notableFrom: 1 },
  { key: 'bloat', title: 'Bloat', unit: 'share', notableFrom: 0 },
];

const isRebuild = ({ command }: StepResult) => command.startsWith('REINDEX');
const isDone = ({ status }: StepResult) => status === 'done';

/** What the steps have won back and written. */
export function totalsOf(steps: readonly StepResult[]): Record<string, number> {
  return {
    reclaimedBytes: sum(steps.filter(isDone).map(reclaimedBytes)),
    walBytes: sum(steps.map(({ metrics }) => metrics['walBytes'] ?? 0)),
  };
}

/** One or two sentences on what the steps came to; what was carried over is named. */
export function summarizeSteps(steps: readonly StepResult[], run: Run): string {
  if (steps.length === 0) return 'Nothing to rebuild.';
  const rebuilds = steps.filter(isRebuild);
  const removals = steps.filter((step) => !isRebuild(step));
  const dropped = removals.filter(isDone).length;
  if (run.dryRun) {
    const parts = [
      rebuilds.length > 0 && `rebuild ${counted(rebuilds.length)}`,
      removals.length > 0 && `drop ${leftovers(removals.length)}`,
    ].filter(Boolean);
    return `Would ${parts.join(' and ')}; nothing was changed.`;
  }
  const bytes = sum(rebuilds.filter(isDone).map(reclaimedBytes));
  const rebuilt = rebuilds.filter(isDone).length;
  const won = bytes > 0 ? ` and won back ${formatBytes(bytes)}` : '';
  const parts = [
    rebuilds.length > 0 && `rebuilt ${rebuilt} of ${counted(rebuilds.length)}${won}`,
    removals.length > 0 && `dropped ${dropped} of ${leftovers(removals.length)}`,
    ...undoneSteps(steps),
  ].filter((part) => part !== false);
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function reclaimedBytes({ before, after }: StepResult): number {
  const [from, to] = [before?.['bytes'], after?.['bytes']];
  return typeof from === 'number' && typeof to === 'number' ? Math.max(0, from - to) : 0;
}

function counted(count: number): string {
  return count === 1 ? '1 index' : `${formatCount(count)} indexes`;
}

function leftovers(count: number): string {
  return count === 1 ? '1 leftover' : `${formatCount(count)} leftovers`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
