import { createHash } from 'node:crypto';
import pgCopyStreams from 'pg-copy-streams';
import { describe, expect, test } from 'vitest';
import type { Codec } from '../../src/pg-dump/archive.ts';
import type { BlockDigest } from '../../src/pg-dump/decode-archive.ts';
import { judgeTail } from '../../src/pg-dump/tail.ts';
import { makeDump } from '../rig/dumps.ts';
import { usePg0 } from '../rig/pg0-suite.ts';
import { type Cluster, startCluster } from '../rig/postgres.ts';
import type { PostgresPrograms } from '../rig/postgres-programs.ts';
import type { TestDatabase } from '../rig/test-database.ts';
import { digestsOf, parsed } from './samples.ts';

let programs: PostgresPrograms;
let cluster: Cluster;
let database: TestDatabase;

/** Some megabytes: compressible, incompressible, wide, and of many small rows. */
const sql = `
  create table lines as
    select n id, 'order ' || n % 977 || ' filled at ' || n * 0.25 note
    from generate_series(1, 60000) n;
  create table blobs as
    select n id, decode(string_agg(md5((n * 10000 + m)::text), ''), 'hex') bytes
    from generate_series(1, 40) n, generate_series(1, 2000) m group by n;
  create table wide (id int, value text);
  insert into wide select n, repeat(chr(65 + n) || 'ž🐎' || E'\\t\\n\\\\', 300000)
    from generate_series(1, 3) n;
  create table escaped as
    select n id, chr(n) letter from generate_series(1, 3000) n;
  create table nothing (id int);
  create table "no columns" ();
  insert into "no columns" select from generate_series(1, 3000);
  create materialized view summary as select count(*) from lines;
  create role keeper;
  select lo_from_bytea(20000 + n, decode(repeat(md5(n::text), n), 'hex'))
    from generate_series(0, 20) n;
  alter large object 20005 owner to keeper;
  grant select on large object 20010 to keeper;`;

usePg0(async (installed, resources) => {
  programs = installed;
  cluster = resources.use(await startCluster(18));
  database = resources.use(await cluster.createDatabase());
  await database.query(sql);
});

const dump = (codec: Codec, piped: boolean) => {
  const { socketDirectory: host, port } = cluster;
  return makeDump(programs, { host, port, database: database.name }, { codec, piped });
};

async function copiedFrom(statement: string) {
  const hash = createHash('sha256');
  const copy = pgCopyStreams.to(statement);
  for await (const piece of database.client.query(copy)) hash.update(piece);
  return { rows: copy.rowCount, sha256: hash.digest('hex') };
}

describe('a fresh dump', () => {
  let expected: Map<string, Awaited<ReturnType<typeof copiedFrom>>>;
  const names = ['lines', 'blobs', 'wide', 'escaped', 'nothing', 'no columns'];

  const expectTables = async (digests: readonly BlockDigest[]) => {
    expected ??= new Map();
    for (const name of names) {
      if (!expected.has(name)) {
        expected.set(name, await copiedFrom(`copy "${name}" to stdout`));
      }
      const digest = digests.find(({ entry }) => entry.tag === name);
      expect(digest, name).toMatchObject({ form: 'copy', ...expected.get(name) });
    }
  };

  const expectObjects = (digests: readonly BlockDigest[]) => {
    const blocks = digests.filter(({ form }) => form === 'blobs');
    // Those that differ in their owner, or in who may read them, have a block of their own.
    expect(blocks.map(({ rows }) => rows).toSorted((a, b) => a - b)).toEqual([1, 1, 19]);
    const bytes = blocks.reduce((sum, { textBytes }) => sum + textBytes, 0);
    expect(bytes).toBe((16 * 20 * 21) / 2);
  };

  test.each(['none', 'gzip', 'lz4', 'zstd'] as const)(
    'by %s holds the rows of its source',
    async (codec) => {
      for (const piped of [false, true]) {
        const bytes = await dump(codec, piped);
        expect(bytes.length).toBeGreaterThan(1_500_000);
        const archive = parsed(bytes);
        expect(archive.header).toMatchObject({ codec, version: '1.16' });
        const digests = await digestsOf(bytes, { pieceBytes: 65_536 });
        await expectTables(digests);
        expectObjects(digests);
        expect(judgeTail(archive, bytes.subarray(-4096), bytes.length)).toBe('whole');
      }
    },
  );
});
