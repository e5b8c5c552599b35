import { describe, expect, test } from 'vitest';
import {
  audit,
  dayMs,
  dayName,
  hourMs,
  newestAt,
  probed,
  secondName,
  series,
} from './make-series.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const hourly = { scheduleMs: hourMs, maxAgeMs: 3 * hourMs };
const weekly = { scheduleMs: 7 * dayMs, maxAgeMs: 8 * dayMs };
const retentionDay = (age: number) => `trades_p${dayName(newestAt - age * dayMs)}`;

describe('a healthy series raises no finding:', () => {
  test.each([
    ['a month of days', series(31)],
    ['the first backup ever', series(1)],
    ['two', series(2)],
    ['written to a pipe', series(31, () => ({ isPiped: true }))],
    ['encrypted', series(31, (at) => ({ isEncrypted: true, key: `${dayName(at)}.age` }))],
    [
      'date and time in the key',
      series(31, (at) => ({
        key: `db/${iso(at).slice(0, 19).replaceAll(':', '-')}.dump`,
      })),
    ],
    [
      'date in folders',
      series(31, (at) => ({
        key: `${iso(at).slice(0, 10).replaceAll('-', '/')}/x.dump`,
      })),
    ],
    ['seconds of the epoch', series(31, (at) => ({ key: `backup-${at / 1000}.dump` }))],
    ['no date in the key', series(31, (_, age) => ({ key: `backup-${100 - age}.dump` }))],
    [
      'one date in all keys',
      series(31, (_, age) => ({ key: `moved-2025-01-01/${age}.dump` })),
    ],
    ['a clock ahead', series(31, () => ({ zoneHours: 13 }))],
    ['a clock behind', series(31, () => ({ zoneHours: -11 }))],
    [
      'named in UTC, dumped by another clock, twice late',
      series(31, (at, age) => {
        const late = at + (age === 5 || age === 9 ? 12 * hourMs : 0);
        return { at: late, zoneHours: 13, key: `${secondName(late)}Z.dump` };
      }),
    ],
    [
      'always named a day ahead',
      series(31, (at) => ({ key: `${dayName(at + dayMs)}.dump` })),
    ],
    [
      'always named a day late',
      series(31, (at) => ({ key: `${dayName(at - dayMs)}.dump` })),
    ],
    [
      'begun about midnight, named when it was done',
      series(31, (at, age) => {
        const begun = at - 2 * hourMs - (age % 3) * 300_000 + 120_000;
        return { at: begun, key: `${dayName(begun + 600_000)}.dump` };
      }),
    ],
    [
      'late by thirteen hours',
      series(31, (at, age) => ({ at: at + (age === 3 ? 13 * hourMs : 0) })),
    ],
    [
      'slow to be stored',
      series(31, (at, age) => ({ storedAt: at + (age % 2 ? 1 : 6) * hourMs })),
    ],
    ['summer time ends', series(31, (_, age) => ({ zoneHours: age > 5 ? 2 : 1 }))],
    ['two a day', series(62, (at) => ({ key: `${secondName(at)}.dump` }), dayMs / 2)],
    [
      'grows by three per cent a day',
      series(31, (_, age) => ({
        sizeBytes: 1e7 * 1.03 ** -age,
        tables: { trades: 8e6 * 1.03 ** -age },
      })),
    ],
    [
      'partitions that come and go, and a queue',
      series(31, (_, age) => ({
        tables: {
          trades: 8e6,
          [retentionDay(age)]: 1e5,
          [retentionDay(age + 1)]: 9e5,
          queue: age % 3 ? 3e5 : 7e4,
        },
      })),
    ],
    [
      'a table that was dropped',
      series(31, (_, age) => ({
        tables: age > 4 ? { trades: 8e6, orders: 1e6 } : { trades: 8e6 },
      })),
    ],
    [
      'other compression',
      series(31, (_, age) =>
        age > 4
          ? {}
          : {
              codec: 'zstd' as const,
              sizeBytes: 4e6,
              tables: { trades: 3e6, orders: 9e5 },
            },
      ),
    ],
  ])('%s', (_, backups) => {
    expect(audit(backups).findings).toEqual([]);
  });

  test.each([
    [
      'hours',
      hourly,
      series(
        100,
        (at) => ({ key: `${secondName(at)}Z.dump`, sizeBytes: 1e7 + (at % 997) }),
        hourMs,
      ),
    ],
    [
      'hours when summer time begins',
      hourly,
      series(
        100,
        (at, age) => ({
          zoneHours: age > 20 ? 1 : 2,
          key: `${secondName(at)}Z.dump`,
          sizeBytes: 1e7 + (at % 997),
        }),
        hourMs,
      ),
    ],
    [
      'hours when summer time ends',
      hourly,
      series(
        100,
        (at, age) => ({
          zoneHours: age > 20 ? 2 : 1,
          key: `${secondName(at)}Z.dump`,
          sizeBytes: 1e7 + (at % 997),
        }),
        hourMs,
      ),
    ],
    ['weeks', weekly, series(12, () => ({}), 7 * dayMs)],
    [
      'weeks, one late by two days',
      weekly,
      series(12, (at, age) => ({ at: at + (age === 4 ? 2 * dayMs : 0) }), 7 * dayMs),
    ],
  ])('%s', (_, options, backups) => {
    expect(audit(backups, options).findings).toEqual([]);
  });

  test('with what can be recovered now, and how far backups lay apart', () => {
    const { backups, database, recoveryPointMs, worstGapMs } = audit(
      series(31).toReversed(),
    );
    expect(database).toBe('matchbook');
    expect(backups.map(({ backup }) => backup.key)).toEqual(
      series(31).map(({ backup }) => backup.key),
    );
    expect(recoveryPointMs).toBe(hourMs / 2);
    expect(worstGapMs).toBe(dayMs);
  });

  test('whatever the zone, one that is not too old is not called so', () => {
    for (const zoneHours of [-12, 0, 14]) {
      for (const count of [1, 2, 31]) {
        const now = new Date(newestAt + 35 * hourMs);
        expect(
          audit(
            series(count, () => ({ zoneHours })),
            { now },
          ).findings,
        ).toEqual([]);
        const copiedAt = now.getTime() - hourMs;
        const copied = series(count, () => ({ zoneHours, storedAt: copiedAt }));
        const codes = audit(copied, { now }).findings.map(({ code }) => code);
        expect(codes).not.toContain('stale-backup');
      }
    }
  });

  test('and one that was copied here as a whole is only mentioned', () => {
    const moved = series(31, (at, age) =>
      age > 6 ? { storedAt: newestAt - 6.5 * dayMs } : { at },
    );
    expect(audit(moved).findings).toMatchObject([
      { code: 'clock-disagreement', severity: 'low' },
    ]);
  });

  test('and none is none', () => {
    expect(audit([])).toMatchObject({ findings: [], database: null, worstGapMs: null });
    expect(probed({ at: newestAt }).problem).toBeNull();
  });
});
