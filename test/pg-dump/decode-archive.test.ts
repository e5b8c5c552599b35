import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TocEntry } from '../../src/pg-dump/archive.ts';
import { type BlockDigest, decodeArchive } from '../../src/pg-dump/decode-archive.ts';
import { ArchiveCorrupt } from '../../src/pg-dump/parse-archive.ts';
import { RowHash } from '../../src/pg-dump/row-hash.ts';
import {
  allOf,
  copied,
  digestsOf,
  fixture,
  fixtures,
  parsed,
  piecesOf,
} from './samples.ts';

const nameOf = ({ namespace, tag }: TocEntry) => `${namespace}.${tag}`;
const sha256 = (...parts: (string | Buffer)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

function tablesOf(digests: readonly BlockDigest[]) {
  return Object.fromEntries(
    digests
      .filter(({ form }) => form !== 'blobs')
      .map((digest) => [nameOf(digest.entry), digest]),
  );
}

const rowsOf = (tables: Readonly<Record<string, { rows: number }>>) =>
  Object.fromEntries(Object.entries(tables).map(([name, { rows }]) => [name, rows]));

/** The large objects of source.sql. */
const objects = {
  16500: Buffer.from('a large object'),
  16501: Buffer.alloc(0),
  3000000000: Buffer.concat([Buffer.from('00ff'.repeat(300), 'hex'), Buffer.alloc(64)]),
};

const ofSource = fixtures.filter((name) => !/latin1|partitions|schema/.test(name));
const asInserts = ofSource.filter((name) => name.includes('insert'));
const asCopy = ofSource.filter((name) => !name.includes('insert'));

describe('the data of an archive', () => {
  test.each(asCopy)('%s are what COPY wrote', async (name) => {
    const tables = tablesOf(await digestsOf(fixture(name)));
    const expected = Object.fromEntries(
      Object.entries(copied).map(([table, digest]) => [
        table,
        expect.objectContaining({ ...digest, form: 'copy' }),
      ]),
    );
    expect(tables).toEqual(expected);
  });

  test.each(asInserts)('%s are so many rows', async (name) => {
    const tables = tablesOf(await digestsOf(fixture(name)));
    expect(rowsOf(tables)).toEqual(rowsOf(copied));
    for (const { form } of Object.values(tables)) expect(form).toBe('inserts');
  });

  test.each(ofSource)('%s hold the large objects', async (name) => {
    const blobs = (await digestsOf(fixture(name))).filter(({ form }) => form === 'blobs');
    const parts = Object.entries(objects).flatMap(([oid, bytes]) => [`${oid}\n`, bytes]);
    const count = blobs.reduce((sum, { rows }) => sum + rows, 0);
    expect(count).toBe(3);
    // Since 17 those that differ in their owner or privileges have each an entry.
    if (blobs.length === 1) expect(blobs[0]?.sha256).toBe(sha256(...parts));
    expect(blobs.reduce((sum, { textBytes }) => sum + textBytes, 0)).toBe(
      Object.values(objects).reduce((sum, { length }) => sum + length, 0),
    );
  });

  test.each(fixtures)('%s fill the file, one behind another', async (name) => {
    const bytes = fixture(name);
    const archive = parsed(bytes);
    let at = archive.dataStartsAt;
    for (const { entry, startsAt, storedBytes } of await digestsOf(bytes)) {
      expect(startsAt).toBe(at);
      if (entry.dataOffset !== null) expect(startsAt).toBe(entry.dataOffset);
      at += storedBytes;
    }
    expect(at).toBe(bytes.length);
  });

  test.each(fixtures)('%s may come in any pieces', async (name) => {
    const expected = await digestsOf(fixture(name));
    for (const pieceBytes of [1, 2, 7, 1000]) {
      expect(await digestsOf(fixture(name), { pieceBytes })).toEqual(expected);
    }
  });

  test('of another encoding than UTF-8 are taken as they are', async () => {
    const [words] = await digestsOf(fixture('1.14-latin1'));
    const rows = ['1\tGröße', '2\tnaïve', '3\t\\N', '4\t½ ¢'];
    const text = Buffer.from(`${rows.join('\n')}\n`, 'latin1');
    expect(words).toMatchObject({ rows: 4, sha256: sha256(text) });
  });

  test('of partitions that load by their root keep their own entry', async () => {
    const digests = await digestsOf(fixture('1.16-partitions'));
    expect(rowsOf(tablesOf(digests))).toEqual({
      'public.quotes_2026_10': 11,
      'public.quotes_2026_11': 9,
    });
    for (const { entry } of digests)
      expect(entry.copyStatement).toMatch(/COPY .*quotes /);
  });

  test('of an archive of the schema alone are none', async () => {
    expect(await digestsOf(fixture('1.16-schema-only'))).toEqual([]);
  });
});

describe('a decoder', () => {
  test('gives a hash of the rows in any order where it is asked to', async () => {
    const lines: string[] = [];
    const digests = await digestsOf(fixture('1.16-lz4'), {
      pieceBytes: 11,
      wantsRowHash: ({ tag }) => tag === 'fills',
      onText: ({ tag }, text) => {
        if (tag === 'fills') lines.push(Buffer.from(text).toString());
      },
    });
    const text = lines.join('');
    expect(text.endsWith('\n\\.\n\n\n')).toBe(true);
    const rows = text.slice(0, -'\\.\n\n\n'.length).split(/(?<=\n)/);
    const reversed = new RowHash();
    for (const row of rows.toReversed()) reversed.update(Buffer.from(row));
    for (const { entry, rowHash } of digests) {
      expect(rowHash).toBe(entry.tag === 'fills' ? reversed.digest() : null);
    }
  });

  test('ends at once where it is told to', async () => {
    const bytes = fixture('1.16-none');
    const archive = parsed(bytes);
    const controller = new AbortController();
    let count = 0;
    const decode = async () => {
      const data = piecesOf(bytes.subarray(archive.dataStartsAt), 16);
      const { signal } = controller;
      for await (const _ of decodeArchive(archive, data, { signal })) {
        count++;
        controller.abort(new Error('told to'));
      }
    };
    await expect(decode()).rejects.toThrow('told to');
    expect(count).toBe(1);
  });

  test('lets go of its source when it is left, or finds a fault', async () => {
    for (const fault of [false, true]) {
      const bytes = Buffer.from(fixture('1.16-gzip'));
      const archive = parsed(bytes);
      if (fault) bytes[archive.dataStartsAt] = 9;
      let released = 0;
      async function* data() {
        try {
          yield* piecesOf(bytes.subarray(archive.dataStartsAt), 100);
        } finally {
          released++;
        }
      }
      const { signal } = new AbortController();
      try {
        for await (const _ of decodeArchive(archive, data(), { signal })) break;
        expect(fault).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(ArchiveCorrupt);
        expect(fault).toBe(true);
      }
      expect(released).toBe(1);
    }
  });

  test('passes on what goes wrong with its source', async () => {
    const bytes = fixture('1.16-zstd');
    const archive = parsed(bytes);
    async function* data() {
      yield bytes.subarray(archive.dataStartsAt, archive.dataStartsAt + 100);
      throw new Error('the disk is gone');
    }
    const { signal } = new AbortController();
    const decode = allOf(decodeArchive(archive, data(), { signal }));
    await expect(decode).rejects.toThrow('the disk is gone');
  });
});
