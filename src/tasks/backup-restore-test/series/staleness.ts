import { type Finding, finding } from '../../../core/finding.ts';
import { formatSeconds } from '../../../core/units.ts';
import { UnsupportedArchive } from '../../../pg-dump/parse-archive.ts';
import { judgedIntervals } from './gaps.ts';
import { isWhole } from './probed.ts';
import type { Timeline } from './timeline.ts';

/** How far a series reaches, and how long it was without a backup. */
export interface Reach {
  /** Age of the newest whole backup; null where none is whole. */
  readonly recoveryPointMs: number | null;
  /**
   * Longest time between two whole backups of the last 31 intervals, or from the newest of
   * them until now.
   */
  readonly worstGapMs: number | null;
}

export function reachOf(timeline: Timeline, scheduleMs: number, now: Date): Reach {
  const allWhole = timeline.backups.filter(isWhole);
  const newest = allWhole.at(-1);
  if (newest === undefined) return { recoveryPointMs: null, worstGapMs: null };
  const recoveryPointMs = Math.max(0, now.getTime() - timeline.bestMs(newest));
  const from = timeline.localMs(newest) - judgedIntervals * scheduleMs;
  const whole = allWhole.filter((one) => timeline.localMs(one) >= from);
  const times = whole.map((one) => timeline.localMs(one)).toSorted((a, b) => a - b);
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return { recoveryPointMs, worstGapMs: Math.max(recoveryPointMs, ...gaps) };
}

/**
 * Whether the newest backup is too old. A broken one does not count, unless there is no
 * other; one that only we cannot read does.
 */
export function judgeAge(timeline: Timeline, maxAgeMs: number, now: Date): Finding[] {
  const { backups } = timeline;
  const newest = backups.at(-1);
  const counted =
    backups.findLast(
      (one) => isWhole(one) || one.problem instanceof UnsupportedArchive,
    ) ?? newest;
  if (counted === undefined) return [];
  const bestMs = timeline.bestMs(counted);
  const ageMs = now.getTime() - bestMs;
  if (ageMs <= maxAgeMs) return [];
  const which = counted === newest ? 'newest backup' : 'newest backup that is whole';
  const { key } = counted.backup;
  const age = formatSeconds(ageMs / 1000);
  return [
    finding(
      'stale-backup',
      key,
      `The ${which}, ${key}, is ${age} old (${new Date(bestMs).toISOString().slice(0, 16)}Z); max-age is ${formatSeconds(maxAgeMs / 1000)}.`,
    ),
  ];
}
