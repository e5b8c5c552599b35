import { expect, test } from 'vitest';
import { ArchiveTruncated, NotAnArchive } from '../../../../src/pg-dump/parse-archive.ts';
import {
  probe,
  probeAll,
} from '../../../../src/tasks/backup-restore-test/series/probe.ts';
import { isWhole } from '../../../../src/tasks/backup-restore-test/series/probed.ts';
import { archiveBytes } from './archive-bytes.ts';
import { MemorySource } from './memory-source.ts';

const { signal } = new AbortController();
const plain = { encrypted: false };
const key = 'backup_20261101.dump';

async function probeBytes(bytes: Uint8Array, options = plain) {
  const source = new MemorySource({ [key]: bytes });
  const probed = await probe(source, source.backup(key), options, signal);
  return { probed, reads: source.reads.map(({ offset, length }) => [offset, length]) };
}

test('two reads tell what a backup is', async () => {
  const bytes = archiveBytes();
  const { probed, reads } = await probeBytes(bytes);
  expect(reads).toEqual([
    [0, 65536],
    [bytes.length - 65_536, 65_536],
  ]);
  expect(probed).toMatchObject({
    keyDate: { at: new Date('2026-11-01'), hasTime: false },
    archive: { header: { database: 'matchbook' } },
    problem: null,
    tail: 'whole',
  });
  expect(isWhole(probed)).toBe(true);
  // Its type, id, length, text with the end marker, and terminator.
  const framing = 1 + 5 + 5 + 5 + 5;
  expect([...(probed.tableBytes ?? [])]).toEqual([
    ['public.trades', 100_000 + framing],
    ['public.orders', 30_000 + framing],
  ]);
});

test('a small one needs one read, one of pg_dump in a pipe tells no sizes', async () => {
  const bytes = archiveBytes({ tables: { trades: 1000 }, withoutOffsets: true });
  const { probed, reads } = await probeBytes(bytes);
  expect(reads).toEqual([[0, bytes.length]]);
  expect(probed).toMatchObject({ tail: 'whole', tableBytes: null });
});

test('more is read only for a longer table of contents', async () => {
  const { probed, reads } = await probeBytes(
    archiveBytes({
      definitionBytes: 50_000,
      tables: { trades: 200_000, orders: 90_000 },
    }),
  );
  expect(reads).toHaveLength(3);
  expect(probed.tail).toBe('whole');
});

test('of an encrypted one nothing is told, but it has a fingerprint', async () => {
  const bytes = archiveBytes();
  const { probed, reads } = await probeBytes(bytes, { encrypted: true });
  expect(reads).toHaveLength(2);
  expect(probed).toMatchObject({ archive: null, problem: null, tail: null });
  expect(isWhole(probed)).toBe(true);
  for (const at of [9, bytes.length - 1]) {
    const other = Buffer.from(bytes);
    other.writeUInt8(255, at);
    const { probed: changed } = await probeBytes(other, { encrypted: true });
    expect(changed.fingerprint).not.toBe(probed.fingerprint);
  }
});

const whole = archiveBytes();

test.each([
  ['cut in its data', whole.subarray(0, -9000), { tail: 'cut', tableBytes: null }],
  ['cut by a byte', whole.subarray(0, -1), { tail: 'cut' }],
  ['with more behind it', Buffer.concat([whole, Buffer.from('x')]), { tail: 'goes-on' }],
  [
    'filled with zeros',
    Buffer.concat([whole, Buffer.alloc(9999)]),
    { tail: 'zero-filled' },
  ],
  [
    'cut in its table of contents',
    whole.subarray(0, 200),
    { problem: expect.any(ArchiveTruncated) },
  ],
  [
    'SQL text',
    Buffer.from('-- PostgreSQL database dump\n'),
    { problem: expect.any(NotAnArchive) },
  ],
  ['empty', Buffer.alloc(0), { problem: expect.any(NotAnArchive) }],
])('an archive %s is not whole', async (_, bytes, expected) => {
  const { probed } = await probeBytes(bytes);
  expect(probed).toMatchObject(expected);
  expect(isWhole(probed)).toBe(false);
});

const keys = Array.from(
  { length: 28 },
  (_, index) => `x_202611${String(index + 1).padStart(2, '0')}.dump`,
);
const month = Object.fromEntries(keys.map((each) => [each, whole]));

test('many are probed at once, in their order, with two reads each', async () => {
  const source = new MemorySource(month);
  const probed = await probeAll(source, await source.list(), plain, signal);
  expect(probed.map(({ backup }) => backup.key)).toEqual(keys);
  expect(source.reads).toHaveLength(56);
  expect(source.mostAtOnce).toBe(16);
});

test('a read that is refused fails all, and no more are begun', async () => {
  const source = new MemorySource(month, keys[3]);
  const all = probeAll(source, await source.list(), plain, signal);
  await expect(all).rejects.toThrow(`${keys[3]} may not be read`);
  expect(source.reads.length).toBeLessThan(40);
});

test('what is stopped throws why', async () => {
  const source = new MemorySource(month);
  const stopped = AbortSignal.abort(new Error('stopped'));
  const all = probeAll(source, await source.list(), plain, stopped);
  await expect(all).rejects.toThrow('stopped');
});
