import { nextCronTime } from './cron.ts';
import type { LogState } from './log-state.ts';

export interface NextDue {
  readonly time: Date;
  /** Whether it is only told from how often the task ran so far. */
  readonly isEstimate: boolean;
}

/** When a task is due again: as its schedule says, else as it used to run. */
export function nextDue({ schedule, recent }: LogState, now: Date): NextDue | null {
  const time = schedule === null ? null : nextCronTime(schedule, now);
  if (time) return { time, isEstimate: false };
  const intervalMs = medianInterval(recent);
  const last = recent[0];
  if (intervalMs === null || !last) return null;
  return {
    time: new Date(Date.parse(last.startedAt) + intervalMs),
    isEstimate: true,
  };
}

/** Of one interval nothing can be told. */
function medianInterval(recent: LogState['recent']): number | null {
  const intervals = recent.flatMap(({ startedAt, since, runs }, index) => {
    const before = recent[index + 1];
    const within = (Date.parse(startedAt) - Date.parse(since)) / (runs - 1);
    return [
      ...Array.from({ length: runs - 1 }, () => within),
      ...(before ? [Date.parse(since) - Date.parse(before.startedAt)] : []),
    ];
  });
  if (intervals.length < 2) return null;
  return intervals.toSorted((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? null;
}
