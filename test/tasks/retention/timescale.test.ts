import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTimescale, type Timescale } from '../../rig/timescale.ts';
import { codes, eventsPolicy, type GivenPolicy, retain } from './tables.ts';

let timescale: Timescale;
beforeAll(async () => {
  timescale = await startTimescale();
});
afterAll(() => timescale[Symbol.asyncDispose]());

/** Chunks of ten days; a row a day at noon, of 140 days, but for the 90th. */
async function makeHypertable(type = 'timestamptz'): Promise<void> {
  await timescale.exec(
    `create table events (id int not null, created_at ${type} not null, note text)`,
    `select create_hypertable('events', 'created_at', chunk_time_interval => interval '10 days')`,
    `insert into events select i, current_date - i + interval '12 hours', 'note ' || i
      from generate_series(0, 140) i where i <> 90`,
    'vacuum (analyze) events',
  );
}

beforeEach(() => makeHypertable());
afterEach(() =>
  timescale.exec(
    'drop table if exists events cascade',
    'drop table if exists others cascade',
  ),
);

function run(policy: GivenPolicy = eventsPolicy, inputs: Record<string, string> = {}) {
  return timescale.serving((url) => retain({ url: () => url }, [policy], inputs));
}

async function number(sql: string): Promise<number> {
  const [row] = await timescale.query<{ n: number }>(`select (${sql})::int as n`);
  return row?.n ?? Number.NaN;
}

const all = 'select count(*) from events';
const cutoff = `(current_date - 90)`;
const old = `${all} where created_at < ${cutoff}`;
const chunks = `select count(*) from timescaledb_information.chunks where hypertable_name = 'events'`;
/** Rows in chunks that end before the cut-off, which may fall anywhere into one. */
const inExpiredChunks = `select count(*) from events e where exists (
  select from timescaledb_information.chunks c
  where c.hypertable_name = 'events' and e.created_at >= c.range_start
    and e.created_at < c.range_end and c.range_end <= now() - interval '90 days')`;

/** The oldest chunk, which has expired. */
async function oldestChunk(): Promise<string> {
  const [row] = await timescale.query<{ chunk: string }>(`\
select format('%I.%I', chunk_schema, chunk_name) as chunk
from timescaledb_information.chunks where hypertable_name = 'events' order by range_start limit 1`);
  return row?.chunk ?? '';
}

test('chunks that have expired as a whole are dropped, one by one; the rest is counted', async () => {
  const [dropped, allOld, before] = [
    await number(inExpiredChunks),
    await number(old),
    await number(chunks),
  ];
  const dry = await run(eventsPolicy, { 'dry-run': 'true' });
  expect(dry.steps[0]?.command).toMatch(
    /^SELECT public\.drop_chunks\('public\.events', older_than => '[^']+'::timestamptz, newer_than => '/,
  );
  expect(dry.steps[0]?.before).toMatchObject({ rows: 140, expiredRows: allOld });
  expect(await number(all)).toBe(140);
  const result = await run();
  expect(result).toMatchObject({
    outcome: 'succeeded',
    steps: [
      {
        id: 'public.events',
        status: 'done',
        before: { rows: 140, expiredRows: allOld },
        after: { expiredRows: allOld - dropped, rows: 140 - dropped },
        metrics: { deletedRows: dropped },
      },
    ],
  });
  expect(await number(all)).toBe(140 - dropped);
  expect(before - (await number(chunks))).toBe(result.steps[0]?.metrics['droppedParts']);
  const expected = allOld > dropped ? ['info chunk-straddles-cutoff'] : [];
  expect(codes(result)).toEqual(expected);
});

test('rows in the chunk that the cut-off falls into are deleted where that is asked for', async () => {
  const allOld = await number(old);
  const result = await run({ ...eventsPolicy, straddling: 'delete' });
  expect(result).toMatchObject({
    outcome: 'succeeded',
    steps: [{ after: { expiredRows: 0 }, metrics: { deletedRows: allOld } }],
  });
  expect(await number(old)).toBe(0);
});

test.each(['timestamp', 'date'])('a hypertable by a column of type %s', async (type) => {
  await timescale.exec('drop table events');
  await makeHypertable(type);
  const dropped = await number(inExpiredChunks);
  const result = await run();
  expect(result.steps[0]).toMatchObject({ status: 'done', error: null });
  expect(result.metrics['deletedRows']).toBe(140 - (await number(all)));
  expect(Math.abs((result.metrics['deletedRows'] ?? 0) - dropped)).toBeLessThanOrEqual(
    10,
  );
  expect(result.metrics['deletedRows']).toBeGreaterThan(20);
});

test('a condition, or another column, means single rows of the chunks', async () => {
  const result = await run({ ...eventsPolicy, where: 'id % 2 = 0' });
  expect(result.steps[0]).toMatchObject({ status: 'done', metrics: { deletedRows: 25 } });
  expect(result.steps[0]?.command).toMatch(/^DELETE FROM public\.events WHERE/);
  expect(await number(`${old} and id % 2 = 0`)).toBe(0);
  expect(await number(old)).toBe(25);
});

test('a frozen chunk is left and named', async () => {
  const chunk = await oldestChunk();
  await timescale.query(`select _timescaledb_functions.freeze_chunk('${chunk}')`);
  const inside = await number(`select count(*) from ${chunk}`);
  const result = await run();
  expect(codes(result)).toContain('medium rows-left');
  const left = result.findings.find(({ code }) => code === 'rows-left');
  expect(left?.message).toContain(
    `${inside} in ${chunk}: ${chunk} is frozen; see unfreeze_chunk`,
  );
  expect(await number(`select count(*) from ${chunk}`)).toBe(inside);
  const rows = await run({ ...eventsPolicy, method: 'delete' });
  expect(await number(`select count(*) from ${chunk}`)).toBe(inside);
  expect(rows.findings.find(({ code }) => code === 'rows-left')?.message).toContain(
    'is frozen',
  );
  await timescale.query(`select _timescaledb_functions.unfreeze_chunk('${chunk}')`);
});

test('a compressed chunk is counted and dropped; single rows of it are left, and said to be', async () => {
  await timescale.exec(
    'alter table events set (timescaledb.compress)',
    `select compress_chunk('${await oldestChunk()}')`,
  );
  const chunk = await oldestChunk();
  const inside = await number(`select count(*) from ${chunk}`);
  expect(inside).toBeGreaterThan(0);
  const rows = await run({ ...eventsPolicy, method: 'delete' });
  expect(rows.findings.find(({ code }) => code === 'rows-left')?.message).toContain(
    `${inside} in ${chunk}: it is compressed; see decompress_chunk`,
  );
  expect(await number(old)).toBe(inside);
  const result = await run();
  expect(result.metrics['deletedRows']).toBe(inside);
  expect(await number(old)).toBe(0);
});

test('a retention job of TimescaleDB itself is not fought', async () => {
  await timescale.exec(`select add_retention_policy('events', interval '60 days')`);
  const result = await run();
  expect(codes(result)).toEqual(['medium retention-job']);
  expect(result.findings[0]?.message).toContain(
    'drops chunks of public.events by itself, after 60 days',
  );
  expect(result.steps[0]?.status).toBe('skipped');
  expect(await number(all)).toBe(140);
});

test('who references the hypertable would lose his constraint: chunks are not dropped', async () => {
  await timescale.exec(
    'alter table events add primary key (id, created_at)',
    'create table others (id int, at timestamptz, foreign key (id, at) references events)',
    'create index on others (id, at)',
  );
  const result = await run();
  expect(codes(result)).toEqual(['high policy-refused']);
  expect(result.findings[0]?.message).toContain(
    'others references it by others_id_at_fkey',
  );
  expect(await number(all)).toBe(140);
  const rows = await run({ ...eventsPolicy, method: 'delete' });
  expect(rows.steps[0]).toMatchObject({ status: 'done', metrics: { deletedRows: 50 } });
});

test('continuous aggregates are looked at first: what they lack, and what they would forget', async () => {
  await timescale.exec(
    `create materialized view daily with (timescaledb.continuous) as
      select time_bucket('1 day', created_at) as day, count(*) from events group by 1 with no data`,
  );
  const behind = await run();
  expect(codes(behind)).toEqual(['high continuous-aggregate']);
  expect(behind.findings[0]?.message).toContain('public.daily has not taken in all rows');
  expect(await number(all)).toBe(140);
  await timescale.exec(`call refresh_continuous_aggregate('daily', null, null)`);
  await timescale.exec(
    `select add_continuous_aggregate_policy('daily', start_offset => interval '120 days',
      end_offset => interval '1 hour', schedule_interval => interval '1 day')`,
  );
  const forgetful = await run();
  expect(codes(forgetful)).toEqual(['high continuous-aggregate']);
  expect(forgetful.findings[0]?.message).toContain('is refreshed from 120 days ago on');
  await timescale.exec(
    `select remove_continuous_aggregate_policy('daily')`,
    `select add_continuous_aggregate_policy('daily', start_offset => interval '30 days',
      end_offset => interval '1 hour', schedule_interval => interval '1 day')`,
  );
  const days = await number('select count(*) from daily');
  const result = await run();
  expect(result.steps[0]).toMatchObject({ status: 'done' });
  expect(await number('select count(*) from daily')).toBe(days);
  // What is dropped leaves a note, which must not keep the next run from its work.
  expect((await run({ ...eventsPolicy, keep: '60 days' })).steps[0]).toMatchObject({
    status: 'done',
  });
});

test('chunks that share a range by a second dimension go together', async () => {
  await timescale.exec('drop table events');
  await timescale.exec(
    'create table events (id int not null, created_at timestamptz not null)',
    `select create_hypertable('events', 'created_at', 'id', 3, chunk_time_interval => interval '10 days')`,
    `insert into events select i, current_date - i % 140 + interval '12 hours' from generate_series(1, 1400) i`,
  );
  const dropped = await number(inExpiredChunks);
  const result = await run();
  expect(result.steps[0]).toMatchObject({
    status: 'done',
    metrics: { deletedRows: dropped },
  });
  expect(await number(inExpiredChunks)).toBe(0);
});
