import { parseDurationMs } from './parse.ts';

/** A window is a matter of hours; what lies further ahead is a typing error. */
const furthestMs = 7 * 86_400_000;

const halfDayMs = 12 * 3_600_000;

/**
 * Reads a deadline: `HH:MM` in UTC (the occurrence nearest to `now`, so that at 04:05 a
 * deadline of 04:00 has passed), an RFC 3339 time, or a duration from now. `null` where
 * the text is none of them, or more than seven days ahead.
 */
export function parseDeadline(text: string, now: Date): Date | null {
  const deadline = readDeadline(text, now);
  const aheadMs = (deadline?.getTime() ?? Number.NaN) - now.getTime();
  return aheadMs <= furthestMs ? deadline : null;
}

function readDeadline(text: string, now: Date): Date | null {
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (clock) return nearestOccurrence(Number(clock[1]), Number(clock[2]), now);
  if (/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/.test(text)) {
    return isDay(text.slice(0, 10)) ? readTime(text) : null;
  }
  const durationMs = parseDurationMs(text);
  return durationMs === null ? null : new Date(now.getTime() + durationMs);
}

function readTime(text: string): Date | null {
  const time = new Date(text.replace(' ', 'T').toUpperCase());
  return Number.isNaN(time.getTime()) ? null : time;
}

/** `Date` takes the 30th of February for the second of March. */
function isDay(date: string): boolean {
  return readTime(`${date}T00:00:00Z`)?.toISOString().startsWith(date) === true;
}

function nearestOccurrence(hour: number, minute: number, now: Date): Date {
  const today = new Date(now);
  today.setUTCHours(hour, minute, 0, 0);
  const distanceMs = today.getTime() - now.getTime();
  if (distanceMs > halfDayMs) today.setUTCDate(today.getUTCDate() - 1);
  if (distanceMs <= -halfDayMs) today.setUTCDate(today.getUTCDate() + 1);
  return today;
}

/** When a task may work. It ends at a wall-clock time, however late the run started. */
export class Window {
  readonly deadline: Date | null;
  readonly #reserveMs: number;

  constructor(deadline: Date | null, startedAt: Date) {
    this.deadline = deadline;
    const lengthMs = deadline ? deadline.getTime() - startedAt.getTime() : 0;
    // Cancelling on the server and reading the figures afterwards takes a moment too.
    this.#reserveMs = Math.min(10_000, Math.max(0, lengthMs) * 0.1);
  }

  /** Whether the deadline has passed. */
  isClosed(now = new Date()): boolean {
    return this.deadline !== null && this.deadline <= now;
  }

  /** Milliseconds for commands, less a reserve for cleaning up; `null` without a deadline. */
  timeLeftMs(now = new Date()): number | null {
    if (this.deadline === null) return null;
    return Math.max(0, this.deadline.getTime() - this.#reserveMs - now.getTime());
  }
}
