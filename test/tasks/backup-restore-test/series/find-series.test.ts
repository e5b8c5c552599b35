import { expect, test } from 'vitest';
import { auditSeries } from '../../../../src/tasks/backup-restore-test/series/audit.ts';
import { findSeries } from '../../../../src/tasks/backup-restore-test/series/find-series.ts';
import { NoBackups } from '../../../../src/tasks/backup-restore-test/source/source.ts';
import { type ArchiveOptions, archiveBytes } from './archive-bytes.ts';
import { dayMs } from './make-series.ts';
import { MemorySource } from './memory-source.ts';

const { signal } = new AbortController();

/** Backups of some days of November, by key; `@` in the name is the date. */
function files(name: string, days: readonly number[], options: ArchiveOptions = {}) {
  const entries = days.map((day) => {
    const date = `202611${String(day).padStart(2, '0')}`;
    const createdAt = new Date(Date.UTC(2026, 10, day, 2));
    return [name.replace('@', date), archiveBytes({ createdAt, ...options })];
  });
  return Object.fromEntries(entries) as Record<string, Uint8Array>;
}

const days = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);
const text = (name: string, of: readonly number[]) =>
  Object.fromEntries(
    Object.keys(files(name, of)).map((key) => [key, Buffer.from('-- SQL')]),
  );

async function find(
  all: Record<string, Uint8Array>,
  expectDatabase: string | null = null,
) {
  const source = new MemorySource(all);
  const choice = { expectDatabase, encrypted: false };
  const { probed, ignored } = await findSeries(source, choice, signal);
  return { keys: probed.map(({ backup }) => backup.key), ignored, reads: source.reads };
}

const month = files('backup_@.dump', days(1, 28));

test('a series alone takes two reads of each of its backups', async () => {
  const { keys, ignored, reads } = await find({
    ...month,
    'backup_20261101.dump.sha256': Buffer.from('x'),
  });
  expect(keys).toEqual(Object.keys(month));
  expect(ignored).toEqual([]);
  expect(reads).toHaveLength(56);
});

test('other files are named, and few of them are looked at', async () => {
  const globals = text('globals_@.sql', days(1, 28));
  const { keys, ignored, reads } = await find({ ...globals, ...month });
  expect(keys).toEqual(Object.keys(month));
  expect(ignored).toEqual(Object.keys(globals));
  expect(reads).toHaveLength(56 + 3);
});

test('files that are no archives do not outnumber those that are', async () => {
  const few = files('backup_@.dump', days(1, 3));
  const { keys } = await find({ ...text('log_@.out', days(1, 20)), ...few });
  expect(keys).toEqual(Object.keys(few));
});

test('the series is that of the expected database', async () => {
  const ledger = files('ledger_@.dump', days(1, 9), { database: 'ledger' });
  const all = { ...month, ...ledger };
  expect((await find(all)).keys).toEqual(Object.keys(month));
  expect((await find(all, 'ledger')).keys).toEqual(Object.keys(ledger));
  expect((await find(all, 'nothing')).keys).toEqual(Object.keys(month));
});

test('of databases whose names differ in digits alone, one is the series', async () => {
  const one = files('shard1_@.dump', days(1, 9), { database: 'shard1' });
  const two = files('shard2_@.dump', days(2, 9), { database: 'shard2' });
  expect(await find({ ...one, ...two })).toMatchObject({
    keys: Object.keys(one),
    ignored: Object.keys(two),
  });
  expect((await find({ ...one, ...two }, 'shard2')).keys).toEqual(Object.keys(two));
});

test('a database that takes the place of another stays in the series', async () => {
  const wrong = files('backup_@.dump', [5, 6, 7], { database: 'staging' });
  const { keys, ignored } = await find({ ...month, ...wrong });
  expect(keys).toHaveLength(28);
  expect(ignored).toEqual([]);
});

test('a series goes on under a new name, but not under that of a single backup', async () => {
  const before = files('backup_@.dump', days(1, 20));
  const after = files('matchbook-@.dump', days(21, 28));
  expect((await find({ ...before, ...after })).keys).toHaveLength(28);
  const byHand = files('before-upgrade-@.dump', [28]);
  expect(await find({ ...before, ...byHand })).toMatchObject({
    keys: Object.keys(before),
    ignored: Object.keys(byHand),
  });
});

test('an audit finds in real archives what is wrong with them', async () => {
  const { 'backup_20261110.dump': _, ...rest } = month;
  const source = new MemorySource({
    ...rest,
    'backup_20261128.dump': (month['backup_20261128.dump'] as Buffer).subarray(0, -100),
    'backup_20261105.dump': month['backup_20261104.dump'] as Buffer,
  });
  const options = {
    scheduleMs: dayMs,
    maxAgeMs: 1.5 * dayMs,
    expectDatabase: null,
    now: new Date('2026-11-28T08:00:00Z'),
    encrypted: false,
  };
  const audit = await auditSeries(source, options, signal);
  expect(audit.findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
    'archive-truncated backup_20261128.dump',
    'missing-backup s3://backups/postgres/',
    'duplicate-backup backup_20261105.dump',
    'clock-disagreement backup_20261105.dump',
  ]);
  expect(audit).toMatchObject({ database: 'matchbook', recoveryPointMs: 29 * 3_600_000 });
});

test('where there are only files that lie beside backups, there is none', async () => {
  const found = find({ 'backup_20261101.dump.sha256': Buffer.from('x') });
  await expect(found).rejects.toThrow(NoBackups);
});
