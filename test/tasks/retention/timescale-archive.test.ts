import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import type { S3 } from '../../rig/s3.ts';
import { useS3 } from '../../rig/s3-suite.ts';
import { startTimescale, type Timescale } from '../../rig/timescale.ts';
import { eventsPolicy, retain } from './tables.ts';

let s3: S3;
let timescale: Timescale;
useS3(async (started, resources) => {
  s3 = started;
  timescale = resources.use(await startTimescale());
});
afterEach(() => vi.unstubAllEnvs());

test('a chunk is archived as a whole before it is dropped; a compressed one is left', async () => {
  await timescale.exec(
    'create table events (id int not null, created_at timestamptz not null)',
    `select create_hypertable('events', 'created_at', chunk_time_interval => interval '10 days')`,
    `insert into events select i, current_date - i + interval '12 hours'
      from generate_series(0, 140) i where i <> 90`,
    'alter table events set (timescaledb.compress)',
    `select compress_chunk(format('%I.%I', chunk_schema, chunk_name)::regclass)
      from (select * from timescaledb_information.chunks order by range_start limit 1) oldest`,
  );
  await s3.createBucket('chunks');
  for (const [name, value] of Object.entries(s3.env)) vi.stubEnv(name, value);
  const before = await timescale.query<{ id: number }>('select id from events');
  const compressed = await timescale.query<{ id: number }>(`\
select id from events e join timescaledb_information.chunks c
  on c.is_compressed and e.created_at >= c.range_start and e.created_at < c.range_end`);
  expect(compressed.length).toBeGreaterThan(0);
  const result = await timescale.serving((url) =>
    retain({ url: () => url }, [{ ...eventsPolicy, archive: 's3://chunks/' }]),
  );
  expect(result.steps[0]).toMatchObject({ status: 'done', error: null });
  const left = await timescale.query<{ id: number }>('select id from events');
  const archived: number[] = [];
  for (const key of await s3.files('chunks')) {
    if (!key.endsWith('.manifest.json')) continue;
    const { object } = JSON.parse((await s3.read('chunks', key)).toString());
    const text = gunzipSync(await s3.read('chunks', object))
      .toString()
      .trimEnd();
    archived.push(...text.split('\n').map((line) => Number(line.split('\t')[0])));
  }
  expect(archived.length).toBe(result.metrics['archivedRows']);
  expect(archived.length).toBeGreaterThan(20);
  const ids = [...archived, ...left.map(({ id }) => id)].sort((a, b) => a - b);
  expect(ids).toEqual(before.map(({ id }) => id).sort((a, b) => a - b));
  expect(compressed.every(({ id }) => !archived.includes(id))).toBe(true);
  const named = result.findings.find(({ code }) => code === 'rows-left');
  expect(named?.message).toContain('it is compressed; see decompress_chunk');
});
