import { createHash } from 'node:crypto';
import type { Archive, Codec, TocEntry } from '../../../../src/pg-dump/archive.ts';
import type { Tail } from '../../../../src/pg-dump/tail.ts';
import {
  judgeSeries,
  type SeriesAudit,
  type SeriesOptions,
} from '../../../../src/tasks/backup-restore-test/series/audit.ts';
import { keyDateOf } from '../../../../src/tasks/backup-restore-test/series/key-date.ts';
import type { Probed } from '../../../../src/tasks/backup-restore-test/series/probed.ts';
import { dataNameOf } from '../../../../src/tasks/backup-restore-test/series/table-bytes.ts';

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** When the newest backup of a made series is begun, in UTC. */
export const newestAt = Date.parse('2026-11-30T02:00:00Z');

export interface Dump {
  /** When it is begun, in milliseconds of UTC. */
  readonly at: number;
  readonly key: string;
  /** What the clock of the host is ahead of UTC. */
  readonly zoneHours: number;
  readonly storedAt: number;
  readonly sizeBytes: number;
  readonly database: string;
  readonly codec: Codec;
  /** Bytes by table; null: it has no data. */
  readonly tables: Readonly<Record<string, number | null>>;
  readonly isPiped: boolean;
  readonly isEncrypted: boolean;
  readonly tail: Tail;
  readonly problem: Error | null;
  readonly etag: string | null;
  readonly fingerprint: string;
}

/** What a backup would look like after it was probed. */
export function probed(dump: Partial<Dump> & { at: number }): Probed {
  const { at } = dump;
  const key = dump.key ?? `backup_${dayName(at)}.dump`;
  const full: Dump = {
    key,
    zoneHours: 0,
    storedAt: at + hourMs / 2,
    sizeBytes: 10_000_000,
    database: 'matchbook',
    codec: 'gzip',
    tables: { trades: 8_000_000, orders: 1_900_000 },
    isPiped: false,
    isEncrypted: false,
    tail: 'whole',
    problem: null,
    etag: null,
    fingerprint: createHash('sha256').update(`${at}`).digest('hex'),
    ...dump,
  };
  const archive = full.problem || full.isEncrypted ? null : archiveOf(full);
  const bytes = Object.entries(full.tables).filter(([, size]) => size !== null);
  return {
    backup: {
      key,
      sizeBytes: full.sizeBytes,
      modifiedAt: new Date(full.storedAt),
      etag: full.etag,
    },
    keyDate: keyDateOf(key),
    archive,
    problem: full.problem,
    tail: archive && full.tail,
    tableBytes:
      archive && !full.isPiped
        ? new Map(bytes.map(([name, size]) => [`public.${name}`, size ?? 0]))
        : null,
    fingerprint: full.fingerprint,
  };
}

/** Backups at an interval, the newest last; `change` tells what is special, null: missing. */
export function series(
  count: number,
  change: (at: number, age: number) => Partial<Dump> | null = () => ({}),
  intervalMs = dayMs,
): Probed[] {
  return Array.from({ length: count }, (_, index) => count - 1 - index).flatMap((age) => {
    const at = newestAt - age * intervalMs;
    const changed = change(at, age);
    return changed === null ? [] : [probed({ at, ...changed })];
  });
}

/** Judges a series as it is an hour after its newest backup was begun. */
export function audit(
  backups: readonly Probed[],
  options: Partial<SeriesOptions> = {},
): SeriesAudit {
  const found = { probed: backups, ignored: [], listed: [] };
  return judgeSeries(found, 's3://backups/postgres/', {
    scheduleMs: dayMs,
    maxAgeMs: 36 * hourMs,
    expectDatabase: null,
    now: new Date(newestAt + hourMs),
    ...options,
  });
}

/** `20261130` */
export function dayName(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');
}

/** `20261130T020000` */
export function secondName(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '');
}

function archiveOf(dump: Dump): Archive {
  const tables = Object.entries(dump.tables);
  const entries = tables.flatMap(([name, bytes], index) => {
    const table = entryOf(index * 2 + 1, 'TABLE', name, false);
    const data = entryOf(index * 2 + 2, 'TABLE DATA', name, true);
    return bytes === null ? [table] : [table, data];
  });
  return {
    header: {
      version: '1.14',
      codec: dump.codec,
      createdAtLocal: new Date(dump.at + dump.zoneHours * hourMs),
      database: dump.database,
      serverVersion: '15.18',
      dumpVersion: '15.18',
    },
    entries,
    dataStartsAt: 5000,
  };
}

function entryOf(id: number, kind: string, tag: string, hasData: boolean): TocEntry {
  const entry = {
    id,
    kind,
    tag,
    namespace: 'public',
    owner: 'matchbook',
    section: hasData ? ('data' as const) : ('pre-data' as const),
    catalogOid: 0,
    oid: 0,
    definition: null,
    copyStatement: null,
    dependencies: [],
    hasData,
    dataOffset: null,
  };
  // What the builder calls data must be what the code calls data.
  if (hasData !== (dataNameOf(entry) !== null)) throw new Error(`unknown kind ${kind}`);
  return entry;
}
