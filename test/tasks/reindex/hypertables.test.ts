import { describe, expect, test } from 'vitest';
import { isChunkIndexOf } from '../../../src/tasks/reindex/hypertables.ts';
import { selectIndexes } from '../../../src/tasks/reindex/selection.ts';
import { index, table } from './sample-index.ts';

describe('the index of a chunk', () => {
  const root = index('events_created_at_idx');
  const long = index('a'.repeat(60));

  test.each([
    ['_hyper_1_2_chunk_events_created_at_idx', '_hyper_1_2_chunk', root, true],
    ['_hyper_1_2_chunk_events_pkey', '_hyper_1_2_chunk', root, false],
    ['_hyper_1_3_chunk_events_created_at_idx', '_hyper_1_2_chunk', root, false],
    [`_hyper_1_2_chunk_${'a'.repeat(46)}`, '_hyper_1_2_chunk', long, true],
  ])('%s', (name, chunk, hypertableIndex, expected) => {
    expect(isChunkIndexOf(index(name), chunk, hypertableIndex)).toBe(expected);
  });
});

test('who names the index of a hypertable, or the hypertable, means its chunks', () => {
  const events = table('events', { isHypertable: true });
  const chunk = table('_hyper_1_1_chunk', { schema: '_timescaledb_internal' });
  const root = index('events_pkey', { table: events });
  const ofChunk = index('_hyper_1_1_chunk_events_pkey', {
    table: chunk,
    schema: '_timescaledb_internal',
    id: '_timescaledb_internal._hyper_1_1_chunk_events_pkey',
  });
  const other = index('orders_pkey');
  const tables = [
    { ...events, parents: [] },
    { ...chunk, parents: [events.oid] },
    { ...other.table, parents: [] },
  ];
  const all = [root, ofChunk, other];
  const select = (indexes: string[] | null, of: string[] | null = null) =>
    selectIndexes(all, tables, { indexes, tables: of });
  expect(select(['public.events_pkey']).indexes).toEqual([ofChunk]);
  expect(select(['public.events_pkey']).isNamed(ofChunk)).toBe(true);
  expect(select(null, ['public.events']).indexes).toEqual([ofChunk]);
  expect(select(['!public.events_pkey']).indexes).toEqual([other]);
  expect(select(['public.*']).indexes).toEqual([ofChunk, other]);
});
