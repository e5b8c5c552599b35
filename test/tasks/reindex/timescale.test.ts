import { afterAll, beforeAll, expect, test } from 'vitest';
import { task } from '../../../src/tasks/reindex/index.ts';
import { startTimescale, type Timescale } from '../../rig/timescale.ts';
import { runInProcess } from '../run-task.ts';

let timescale: Timescale;
beforeAll(async () => {
  timescale = await startTimescale();
  await timescale.exec(
    'create table events (at timestamptz not null, note text)',
    `select create_hypertable('events', 'at', chunk_time_interval => interval '1 day')`,
    'create index events_note_index on events (note)',
    `insert into events
      select '2026-01-01'::timestamptz + i * interval '10 s', 'note ' || i
      from generate_series(1, 30000) i`,
    'delete from events where hashtext(note) % 10 < 4',
    'vacuum (analyze) events',
  );
});
afterAll(() => timescale[Symbol.asyncDispose]());

/** A dry run: in WebAssembly no rebuild with CONCURRENTLY works. */
function plan(inputs: Record<string, string>) {
  return timescale.serving((url) =>
    runInProcess(task, {
      'database-url': url,
      'dry-run': 'true',
      'min-size': '100kB',
      ...inputs,
    }),
  );
}

const chunkIndexes = [1, 2, 3, 4].map(
  (chunk) => `_timescaledb_internal._hyper_1_${chunk}_chunk_events_note_index`,
);

test('the indexes of a hypertable are rebuilt chunk by chunk', async () => {
  const result = await plan({ indexes: '["public.events_note_index"]' });
  expect(result.findings.map(({ code }) => code)).toEqual(['not-checked']);
  expect(result.steps.map(({ id }) => id).sort()).toEqual(chunkIndexes);
  expect(result.steps[0]?.why).toMatch(/^\d\d % bloat \(estimate: /);
  // In WebAssembly no rebuild of any table works with CONCURRENTLY.
  for (const { command } of result.steps) {
    await timescale.exec(command.replace('CONCURRENTLY ', ''));
  }
  const again = await plan({ indexes: '["public.events_note_index"]' });
  expect(again.steps).toEqual([]);
});

test('the hypertable by its name means all indexes of its chunks', async () => {
  const result = await plan({
    tables: '["public.events"]',
    indexes: '["!pg_toast.*"]',
    'min-bloat': '0%',
    'min-size': '0B',
  });
  expect(result.steps).toHaveLength(8);
  expect(result.steps.every(({ id }) => id.includes('_hyper_1_'))).toBe(true);
});

test('the hypertable itself refuses what its chunks allow', async () => {
  await expect(
    timescale.exec('reindex index concurrently public.events_note_index'),
  ).rejects.toThrow(/hypertable/);
});
