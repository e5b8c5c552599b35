import type { Probed } from './probed.ts';
import { dayMs, hourMs, type Timeline } from './timeline.ts';

/**
 * The backups in the order in which they were dumped. In the hour that a clock on the wall
 * shows twice it does not tell which was first, so with short intervals the best clock does.
 */
export function inOrder(timeline: Timeline, scheduleMs: number): readonly Probed[] {
  const { backups } = timeline;
  if (scheduleMs < dayMs) return backups;
  return backups.toSorted((a, b) => timeline.localMs(a) - timeline.localMs(b));
}

/** How long after the one before it a backup was dumped. */
export function intervalBefore(
  index: number,
  backups: readonly Probed[],
  timeline: Timeline,
): number {
  const [before, one] = [backups[index - 1], backups[index]];
  if (before === undefined || one === undefined) return 0;
  const localMs = timeline.localMs(one) - timeline.localMs(before);
  const storedMs = one.backup.modifiedAt.getTime() - before.backup.modifiedAt.getTime();
  if (clocksWereChanged(index, backups, timeline)) return storedMs;
  // The day in a name jumps where backups are begun about midnight.
  const isByName = before.archive === null || one.archive === null;
  return isByName && areStoredInTime(before, one, timeline)
    ? Math.min(localMs, storedMs)
    : localMs;
}

export function areStoredInTime(a: Probed, b: Probed, timeline: Timeline): boolean {
  return timeline.isStoredInTime(a) && timeline.isStoredInTime(b);
}

/**
 * Whether summer time began or ended before a backup: its lag, and that of the one after it,
 * differ by an hour from that of the two before.
 */
function clocksWereChanged(
  index: number,
  backups: readonly Probed[],
  timeline: Timeline,
): boolean {
  const [earlier, before, next, later] = [-2, -1, 0, 1].map((offset) => {
    const one = backups[index + offset];
    return one && timeline.lagOf(one);
  });
  if (before === undefined || next === undefined) return false;
  const isSame = (a: number, b: number) => Math.abs(a - b) < hourMs / 2;
  return (
    isSame(Math.abs(next - before), hourMs) &&
    isSame(before, earlier ?? before) &&
    isSame(next, later ?? next)
  );
}
