import type { Finding } from '../../../core/finding.ts';
import type { Backup, BackupSource } from '../source/source.ts';
import { judgeClocks } from './clocks.ts';
import { judgeDatabases } from './databases.ts';
import { judgeDuplicates } from './duplicates.ts';
import { findSeries, type Series } from './find-series.ts';
import { judgeGaps } from './gaps.ts';
import { judgeIntegrity } from './integrity.ts';
import type { Probed } from './probed.ts';
import { judgeSizes } from './sizes.ts';
import { judgeAge, reachOf } from './staleness.ts';
import { judgeTables } from './tables.ts';
import { Timeline } from './timeline.ts';

export interface SeriesOptions {
  readonly scheduleMs: number;
  readonly maxAgeMs: number;
  /** Null: what the series agrees on. */
  readonly expectDatabase: string | null;
  readonly now: Date;
}

/** What is known of a series of backups without the bytes between the first and the last. */
export interface SeriesAudit {
  readonly findings: Finding[];
  /** Of the series, oldest first. */
  readonly backups: readonly Probed[];
  /** That they agree on, or `expectDatabase`. */
  readonly database: string | null;
  /** Longest time between two whole backups, or from the newest of them until now. */
  readonly worstGapMs: number | null;
  /** Age of the newest whole backup now. */
  readonly recoveryPointMs: number | null;
  /** Keys of other shapes, or of another database. */
  readonly ignored: readonly string[];
  /** All that lies at the place: a backup that somebody names may be of another series. */
  readonly listed: readonly Backup[];
}

/**
 * Audits the series of backups at a place by their first and last bytes: two reads of each.
 * Throws `NoBackups`, and whatever the source throws.
 */
export async function auditSeries(
  source: BackupSource,
  options: SeriesOptions & { readonly encrypted: boolean },
  signal: AbortSignal,
): Promise<SeriesAudit> {
  return judgeSeries(await findSeries(source, options, signal), source.place, options);
}

/** Judges a series that has been probed. */
export function judgeSeries(
  { probed, ignored, listed }: Series,
  place: string,
  { scheduleMs, maxAgeMs, expectDatabase, now }: SeriesOptions,
): SeriesAudit {
  const timeline = new Timeline(probed, scheduleMs);
  const { backups } = timeline;
  const { database, findings } = judgeDatabases(backups, place, expectDatabase);
  return {
    findings: [
      ...judgeIntegrity(backups, place),
      ...judgeAge(timeline, maxAgeMs, now),
      ...judgeGaps(timeline, place, scheduleMs),
      ...judgeDuplicates(backups, place),
      ...judgeClocks(timeline, place),
      ...findings,
      ...judgeSizes(backups, place),
      ...judgeTables(backups, place),
    ],
    backups,
    database,
    ...reachOf(timeline, scheduleMs, now),
    ignored,
    listed,
  };
}
