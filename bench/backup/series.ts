import { timeOf, withTime } from './dissect.ts';

export const dayMs = 24 * 3_600_000;
const days = 8;

/** A backup as it lies in its place. */
export interface StoredFile {
  readonly key: string;
  readonly bytes: Buffer;
  readonly modifiedAt: Date;
}

/** How the backups of a series are named, and when they are made. */
export interface Habit {
  readonly name?: (time: Date) => string;
  readonly intervalMs?: number;
  readonly count?: number;
  /** How far the clock on the wall of the dumping host is ahead of UTC. */
  readonly zoneMs?: number;
}

/**
 * A series up to now that ends in these dumps, oldest first; what is missing before them is
 * the first of them as if it had been made earlier.
 */
export function seriesOf(dumps: readonly Buffer[], habit: Habit = {}): StoredFile[] {
  const { name = dayName, intervalMs = dayMs, count = days, zoneMs = 0 } = habit;
  const newest = dumps.at(-1);
  if (!newest) return [];
  const now = timeOf(newest);
  return Array.from({ length: count }, (_, index) => {
    const before = count - 1 - index;
    const dump = dumps[Math.max(0, dumps.length - 1 - before)] ?? newest;
    const time = new Date(now.getTime() - before * intervalMs);
    return {
      key: name(time),
      bytes: withTime(dump, time),
      // A dump is stored half a minute after it was begun.
      modifiedAt: new Date(time.getTime() - zoneMs + 30_000),
    };
  });
}

/** As `date +%Y%m%d` in the runbook. */
export function dayName(time: Date): string {
  return `backup_${time.toISOString().slice(0, 10).replaceAll('-', '')}.dump`;
}

/** The same series with other bytes in one backup; -1 is the newest. */
export function withBytes(
  files: readonly StoredFile[],
  index: number,
  change: (bytes: Buffer) => Buffer,
): StoredFile[] {
  const at = index < 0 ? files.length + index : index;
  return files.map((file, each) =>
    each === at ? { ...file, bytes: change(file.bytes) } : file,
  );
}

/** A backup as if it had been made and stored earlier, under the same name. */
export function earlier(file: StoredFile, byMs: number): StoredFile {
  return {
    ...file,
    bytes: withTime(file.bytes, new Date(timeOf(file.bytes).getTime() - byMs)),
    modifiedAt: new Date(file.modifiedAt.getTime() - byMs),
  };
}
