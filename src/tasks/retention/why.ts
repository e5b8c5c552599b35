import { formatBytes, formatCount, formatShare } from '../../core/units.ts';
import type { Deletion } from './deletion.ts';
import { rfc3339 } from './figures.ts';
import type { Policy } from './policies.ts';
import { chooseWalk } from './walk-choice.ts';

/** Says why a policy is in the plan, with its figures, and how it will be carried out. */
export function whyStep({ keep }: Policy, deletion: Deletion): string {
  const { figures, cutoff, dueRows } = deletion;
  const { expiredRows, rows, expiredBytes, oldest, isExact } = figures;
  const total = `${isExact ? '' : 'about '}${formatCount(rows)}`;
  const share = formatShare(expiredRows / Math.max(1, rows));
  const parts = [
    `${formatCount(expiredRows)} of ${total} rows (${share}, about ${formatBytes(expiredBytes)}) are older than ${cutoff.time}, the cut-off (keep ${keep})`,
    oldest === null ? '' : `the oldest of ${rfc3339(oldest)}`,
    dueRows < expiredRows ? `${formatCount(dueRows)} of them are to go now` : '',
    expiredRows > 0 ? how(deletion) : '',
  ];
  return parts.filter(Boolean).join('; ');
}

function how({ method, heaps, parts, figures }: Deletion): string {
  const whole = (name: string, done: string) => {
    const count = parts.toDrop.length;
    return count === 1
      ? `1 ${name} has expired as a whole and is ${done}`
      : `${formatCount(count)} ${name}s have expired as a whole and are ${done}`;
  };
  switch (method) {
    case 'drop-chunks':
      return whole('chunk range', 'dropped');
    case 'drop-partitions':
      return whole('partition', 'dropped');
    case 'detach-partitions':
      return whole('partition', 'detached');
    case 'delete': {
      const ways = heaps.map((heap) =>
        chooseWalk(heap, figures.expiredOf.get(heap.oid) ?? 0),
      );
      const byIndex = ways.filter((way) => way === 'index').length;
      const [first] = heaps;
      if (heaps.length === 1 && byIndex === 1)
        return `in batches along the index ${first?.index}`;
      if (byIndex === 0) return 'in batches by ranges of its pages';
      return `in batches, ${byIndex} of ${heaps.length} partitions along an index`;
    }
  }
}
