import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Codec } from '../../../../src/pg-dump/archive.ts';
import {
  type DiskFacts,
  diskBytesOf,
  freeBytes,
  predictDisk,
} from '../../../../src/tasks/backup-restore-test/restore/disk.ts';
import { query, startServer } from './dump.ts';
import { archiveOf, entry } from './entries.ts';
import { withEachInstallation } from './installations.ts';

const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

/** What is predicted, in MiB. */
function predicted(facts: Partial<DiskFacts>) {
  const defaults = { archive: null, archiveBytes: 0, fileBytes: 0, earlier: null };
  const { databaseBytes, peakBytes, basis } = predictDisk({ ...defaults, ...facts });
  return {
    database: Math.round(databaseBytes / mebibyte),
    peak: Math.round(peakBytes / mebibyte),
    basis,
  };
}

function archive(codec: Codec, kinds: readonly string[]) {
  const { header, ...rest } = archiveOf(kinds.map((kind) => entry(kind)));
  return { ...rest, header: { ...header, codec } };
}

describe('what a restore takes', () => {
  const empty = predicted({}).database;

  test('is an empty cluster at least', () => {
    expect(predicted({})).toEqual({ database: empty, peak: empty, basis: 'archive' });
  });

  test.each<[Codec, number]>([
    ['gzip', 3886],
    ['zstd', 4239],
    ['lz4', 2591],
    ['none', 1178],
  ])('of 1 GiB in %s without an index is so many MiB', (codec, expected) => {
    const facts = { archive: archive(codec, ['TABLE DATA']), archiveBytes: gibibyte };
    expect(predicted(facts).database - empty).toBe(expected);
  });

  test('grows with the number of indexes, and by the archive where it is fetched', () => {
    const indexed = archive('none', ['TABLE DATA', 'INDEX', 'INDEX', 'CONSTRAINT']);
    const facts = { archive: indexed, archiveBytes: gibibyte, fileBytes: gibibyte };
    const { database, peak } = predicted(facts);
    expect(database - empty).toBe(Math.round(1024 * 1.15 * 1.75));
    expect(peak - database).toBe(1024);
  });

  test('is what an earlier one took, in proportion', () => {
    const earlier = {
      archiveBytes: gibibyte,
      databaseBytes: empty * mebibyte + 6 * gibibyte,
    };
    expect(predicted({ archiveBytes: 2 * gibibyte, earlier })).toEqual({
      database: empty + 12 * 1024,
      peak: empty + 12 * 1024,
      basis: 'history',
    });
  });

  test('of an archive of an earlier one that was empty is finite', () => {
    const earlier = { archiveBytes: 2000, databaseBytes: 10 * mebibyte };
    expect(predicted({ archiveBytes: gibibyte, earlier }).database).toBe(empty);
  });
});

describe('a directory', () => {
  test('takes what is in all of it, in whole blocks', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'matchbook-disk-'));
    try {
      expect(await diskBytesOf(directory)).toBe(0);
      await mkdir(path.join(directory, 'a', 'b'), { recursive: true });
      await writeFile(path.join(directory, 'a', 'b', 'c'), Buffer.alloc(mebibyte, 1));
      const bytes = await diskBytesOf(directory);
      expect(bytes).toBeGreaterThanOrEqual(mebibyte);
      expect(bytes).toBeLessThan(1.1 * mebibyte);
      expect(await freeBytes(directory)).toBeGreaterThan(mebibyte);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

withEachInstallation((installation) => {
  test('an empty cluster takes about what is reckoned for it', async () => {
    await using server = await startServer(installation);
    await query(server, 'postgres', 'create database x template template0', 'checkpoint');
    const taken = (await diskBytesOf(server.directory)) / mebibyte;
    expect(Math.abs(taken - predicted({}).database)).toBeLessThan(5);
  });
});
