import { expect, test } from 'vitest';
import {
  ArchiveCorrupt,
  ArchiveTruncated,
  NotAnArchive,
  UnsupportedArchive,
} from '../../../../src/pg-dump/parse-archive.ts';
import type { SeriesOptions } from '../../../../src/tasks/backup-restore-test/series/audit.ts';
import type { Probed } from '../../../../src/tasks/backup-restore-test/series/probed.ts';
import {
  audit,
  type Dump,
  dayMs,
  dayName,
  hourMs,
  newestAt,
  secondName,
  series,
} from './make-series.ts';

const at = (age: number) => newestAt - age * dayMs;
const keyOf = (age: number) => `backup_${dayName(at(age))}.dump`;
const place = 's3://backups/postgres/';

/** A month of days in which those of some ages are special. */
const month = (...changes: [number, Partial<Dump> | null][]) =>
  series(31, (_, age) => {
    const found = changes.find(([one]) => one === age);
    return found ? found[1] : {};
  });
const from = (age: number, change: Partial<Dump>) =>
  series(31, (_, one) => (one <= age ? change : {}));
const encrypted = (age: number, change: Partial<Dump> | null) =>
  series(31, (ms, one) => {
    const key = `${dayName(ms)}.age`;
    return one === age
      ? change && { isEncrypted: true, key, ...change }
      : { isEncrypted: true, key };
  });

interface Fault {
  readonly backups: Probed[];
  readonly options?: Partial<SeriesOptions>;
  /** Severity, code and subject of each finding. */
  readonly found: string[];
  readonly says?: RegExp;
}

const faults: Record<string, Fault> = {
  'a missing day': {
    backups: month([3, null]),
    found: [`high missing-backup ${place}`],
    says: /^One backup is missing from \S+: 2026-11-27\. .* was 48 h 00 min; .* every 24 h 00 min\.$/,
  },
  'a missing day, though there are two a day': {
    backups: series(
      62,
      (ms, age) => (age === 5 || age === 6 ? null : { key: `${secondName(ms)}.dump` }),
      dayMs / 2,
    ),
    found: [`high missing-backup ${place}`],
  },
  'a missing day of encrypted backups': {
    backups: encrypted(3, null),
    found: [`high missing-backup ${place}`],
    says: /: 2026-11-27\./,
  },
  'days that were thinned out': {
    backups: series(31, (_, age) => (age > 7 && age % 7 ? null : {})),
    found: [`high missing-backup ${place}`],
    says: /^18 backups are missing .*: 2026-11-03, 2026-11-04, 2026-11-05 and 15 more/,
  },
  'a missing hour': {
    backups: series(
      48,
      (ms, age) => (age === 9 ? null : { key: `${secondName(ms)}Z.dump` }),
      hourMs,
    ),
    options: { scheduleMs: hourMs },
    found: [`high missing-backup ${place}`],
    says: /: 2026-11-29 17:00\./,
  },
  'a missing week': {
    backups: series(9, (_, age) => (age === 2 ? null : {}), 7 * dayMs),
    options: { scheduleMs: 7 * dayMs },
    found: [`high missing-backup ${place}`],
  },
  'no backup since days': {
    backups: series(31),
    options: { now: new Date(newestAt + 37 * hourMs) },
    found: [`critical stale-backup ${keyOf(0)}`],
    says: /is 36 h 30 min old \(2026-11-30T02:30Z\); max-age is 36 h 00 min/,
  },
  'an old backup that was written again today': {
    backups: month([0, null], [1, null], [2, { storedAt: newestAt }]),
    found: [`critical stale-backup ${keyOf(2)}`, `medium clock-disagreement ${keyOf(2)}`],
  },
  'only one, of last week, written again today': {
    backups: series(1, () => ({ at: at(7), storedAt: newestAt })),
    found: [`critical stale-backup ${keyOf(7)}`, `medium clock-disagreement ${keyOf(7)}`],
  },
  'the newest two are cut': {
    backups: month([0, { tail: 'cut' }], [1, { tail: 'cut' }]),
    found: [`critical archive-truncated ${place}`, `critical stale-backup ${keyOf(2)}`],
    says: /^2 backups end before their archive does: /,
  },
  "yesterday's dump under the name of today": {
    backups: month([
      5,
      { key: keyOf(5), at: at(6), storedAt: at(5) + hourMs, fingerprint: 'copy' },
    ]),
    found: [
      `high clock-disagreement ${keyOf(5)}`,
      `high duplicate-backup ${keyOf(5)}`,
      `high missing-backup ${place}`,
    ],
  },
  "yesterday's dump of 23:00 moved to the name of today": {
    backups: series(31, (ms, age) => {
      const late = ms - 3 * hourMs;
      const key = `${dayName(late)}.dump`;
      if (age === 6) return null;
      return age === 5
        ? { at: late - dayMs, key, storedAt: late + hourMs }
        : { at: late, key };
    }),
    found: [
      `high clock-disagreement ${dayName(at(5) - 3 * hourMs)}.dump`,
      `high missing-backup ${place}`,
    ],
  },
  'the name of another week': {
    backups: month([5, { key: 'backup_20260901.dump' }]),
    found: ['high clock-disagreement backup_20260901.dump'],
    says: /holds an archive that was begun on 2026-11-25 02:00/,
  },
  'an object older than its archive': {
    backups: month([5, { storedAt: at(7) }]),
    found: [`high clock-disagreement ${keyOf(5)}`],
  },
  'an object written again after days': {
    backups: month([9, { storedAt: at(3) }]),
    found: [`medium clock-disagreement ${keyOf(9)}`],
    says: /6 days after its archive was begun/,
  },
  'all of them written again': {
    backups: series(31, () => ({ storedAt: newestAt + 1000 })),
    found: [`low clock-disagreement ${place}`],
  },
  'an ETag twice': {
    backups: month([5, { etag: 'x' }], [6, { etag: 'x' }]),
    found: [`high duplicate-backup ${keyOf(5)}`],
    says: /is backup_20261124.dump under another name: size and ETag are the same/,
  },
  'an encrypted backup twice': {
    backups: encrypted(5, { fingerprint: 'x' }).map((one, index) =>
      index === 20 ? { ...one, fingerprint: 'x' } : one,
    ),
    found: [`high duplicate-backup ${dayName(at(5))}.age`],
    says: /beginning and end are the same/,
  },
  'another database in one': {
    backups: month([5, { database: 'staging' }]),
    found: [`critical wrong-database ${keyOf(5)}`],
    says: /holds database staging, not matchbook as most/,
  },
  'another database than expected in all': {
    backups: series(31),
    options: { expectDatabase: 'ledger' },
    found: [`critical wrong-database ${place}`],
    says: /^31 backups hold another database than ledger: backup_20261031\.dump, .* and 28 more/,
  },
  'two of two databases': {
    backups: series(2, (_, age) => ({ database: `matchbook${age}` })),
    found: [`critical wrong-database ${place}`],
    says: /matchbook0, matchbook1\. Name the right one in expect-database/,
  },
  'trailing data, and zeros': {
    backups: month([5, { tail: 'goes-on' }], [6, { tail: 'zero-filled' }]),
    found: [`high archive-trailing-data ${place}`],
  },
  'files that are broken in several ways': {
    backups: month(
      [5, { problem: new NotAnArchive('this is SQL text') }],
      [6, { problem: new ArchiveTruncated(9, 'it ends in its table of contents') }],
      [7, { problem: new ArchiveCorrupt(9, 'entry 9 has no name') }],
    ),
    found: [
      `critical archive-corrupt ${keyOf(7)}`,
      `critical archive-truncated ${keyOf(6)}`,
      `high not-an-archive ${keyOf(5)}`,
    ],
  },
  'archives of a newer version, and of another format': {
    backups: month(
      [0, { problem: new UnsupportedArchive('1.17', 'it is of version 1.17') }],
      [1, { problem: new NotAnArchive('it is a directory') }],
    ),
    found: [`high not-an-archive ${keyOf(1)}`, `high version-unsupported ${keyOf(0)}`],
  },
  'all of them no archives': {
    backups: series(31, () => ({ problem: new NotAnArchive('this is gzip') })),
    found: [`high not-an-archive ${place}`],
    says: /^31 backups have .*: backup_20261031\.dump, .* and 28 more\. backup_20261031\.dump: this is gzip\.$/,
  },
  'half the size': {
    backups: month([5, { sizeBytes: 4_900_000 }]),
    found: [`medium size-anomaly ${keyOf(5)}`],
    says: /is smaller than .*: 4\.7 MB, 49 % of their median of 9\.5 MB/,
  },
  'half the size, the newest one': {
    backups: month([0, { sizeBytes: 4_900_000 }]),
    found: [`high size-anomaly ${keyOf(0)}`],
  },
  'a small table that always had rows, and has none': {
    backups: series(31, (_, age) => ({
      tables: { trades: 8e6, orders: 1.9e6, limits: age === 0 ? 29 : 9000 },
    })),
    found: ['high table-shrunk public.limits'],
  },
  'double the size': {
    backups: month([0, { sizeBytes: 21_000_000 }]),
    found: [`medium size-anomaly ${keyOf(0)}`],
    says: /is larger/,
  },
  'a table that has shrunk for good': {
    backups: from(5, { tables: { trades: 8e6, orders: 9e5 } }),
    found: ['high table-shrunk public.orders'],
    says: /^In backup_20261125\.dump, the data of public\.orders take 879 kB, 47 % of the 1\.8 MB/,
  },
  'a table whose data are left out': {
    backups: from(5, { tables: { trades: 8e6, orders: null }, isPiped: true }),
    found: ['high table-shrunk public.orders'],
    says: /^In backup_20261125\.dump, public\.orders is there without its data/,
  },
  'several tables empty': {
    backups: from(0, { tables: { trades: 9, orders: 9 } }),
    found: [`high table-shrunk ${place}`],
    says: /^2 tables have lost data: public\.trades, public\.orders\. /,
  },
};

test.each(Object.entries(faults))('%s', (_, { backups, options, found, says }) => {
  const { findings } = audit(backups, options);
  const shown = findings.map(
    ({ severity, code, subject }) => `${severity} ${code} ${subject}`,
  );
  expect(shown.toSorted()).toEqual(found.toSorted());
  if (says)
    expect(findings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(says),
    );
});

test('a broken backup is none to recover from', () => {
  const { recoveryPointMs, worstGapMs } = audit(
    month([0, { tail: 'cut' }], [9, { tail: 'cut' }]),
  );
  expect(recoveryPointMs).toBe(dayMs + hourMs / 2);
  expect(worstGapMs).toBe(2 * dayMs);
});
