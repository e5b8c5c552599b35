import { type Finding, finding } from '../../../core/finding.ts';
import { nameSome } from '../../../core/name-some.ts';
import { formatCount, formatSeconds } from '../../../core/units.ts';
import { areStoredInTime, inOrder, intervalBefore } from './interval.ts';
import type { Probed } from './probed.ts';
import { dayMs, type Timeline } from './timeline.ts';

/** Older gaps cannot be mended, and what was thinned out on purpose is older. */
export const judgedIntervals = 31;
const gapFactor = 1.5;
/** Of days that have no backup: one before and one after midnight are not enough apart. */
const dayGapFactor = 1.25;
/** Whatever the days are: nobody calls a backup late that is so by most of a day. */
const dayLongGapFactor = 1.75;

/** Where the schedule expects a backup and there is none, within its last 31 intervals. */
export function judgeGaps(
  timeline: Timeline,
  place: string,
  scheduleMs: number,
): Finding[] {
  const backups = inOrder(timeline, scheduleMs);
  const newest = backups.at(-1);
  if (newest === undefined) return [];
  const from = timeline.localMs(newest) - judgedIntervals * scheduleMs;
  const factor = scheduleMs === dayMs ? dayGapFactor : gapFactor;
  const isByDay = scheduleMs >= dayMs;
  const missing: number[] = [];
  let longestMs = 0;
  for (const [index, next] of backups.entries()) {
    const before = backups[index - 1];
    if (before === undefined || timeline.localMs(next) <= from) continue;
    const gapMs = intervalBefore(index, backups, timeline);
    if (gapMs <= factor * scheduleMs) continue;
    const expected =
      scheduleMs === dayMs
        ? missingDays(before, next, timeline, gapMs)
        : timesBetween(timeline.localMs(before), gapMs, scheduleMs);
    if (expected.some((ms) => ms > from)) longestMs = Math.max(longestMs, gapMs);
    missing.push(...expected.filter((ms) => ms > from));
  }
  if (missing.length === 0) return [];
  const names = nameSome(missing.map((ms) => (isByDay ? dayOf(ms) : minuteOf(ms))));
  const count =
    missing.length === 1 ? 'One backup is' : `${formatCount(missing.length)} backups are`;
  return [
    finding(
      'missing-backup',
      place,
      `${count} missing from ${place}: ${names}. The longest time without one was ${formatSeconds(longestMs / 1000)}; the schedule is one every ${formatSeconds(scheduleMs / 1000)}.`,
    ),
  ];
}

/**
 * A day is missing only if it is so by both clocks, for they may be of different zones; or if
 * so much time has passed that one of the days has only its first or last hours.
 */
function missingDays(
  before: Probed,
  next: Probed,
  timeline: Timeline,
  gapMs: number,
): number[] {
  const beforeMs = timeline.localMs(before);
  const days = daysBetween(beforeMs, timeline.localMs(next));
  const isSoByBoth =
    !areStoredInTime(before, next, timeline) ||
    daysBetween(before.backup.modifiedAt.getTime(), next.backup.modifiedAt.getTime())
      .length > 0;
  if (days.length > 0 && isSoByBoth) return days;
  return gapMs > dayLongGapFactor * dayMs ? timesBetween(beforeMs, gapMs, dayMs) : [];
}

/** The days between those of two backups: one that is late by some hours leaves none. */
function daysBetween(beforeMs: number, nextMs: number): number[] {
  const first = Math.floor(beforeMs / dayMs) + 1;
  const count = Math.max(0, Math.floor(nextMs / dayMs) - first);
  return Array.from({ length: count }, (_, index) => (first + index) * dayMs);
}

function timesBetween(beforeMs: number, gapMs: number, scheduleMs: number): number[] {
  const count = Math.max(1, Math.round(gapMs / scheduleMs) - 1);
  return Array.from({ length: count }, (_, index) => beforeMs + (index + 1) * scheduleMs);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}
