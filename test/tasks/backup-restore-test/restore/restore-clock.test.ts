import { describe, expect, test } from 'vitest';
import { RestoreClock } from '../../../../src/tasks/backup-restore-test/restore/restore-clock.ts';

/** Gives each line to a clock that stands at that second then. */
function time(lines: readonly [number, string][], endsAt: number) {
  let now = 0;
  const clock = new RestoreClock(() => now * 1000);
  for (const [at, line] of lines) {
    now = at;
    clock.line(line);
  }
  now = endsAt;
  return clock.end();
}

describe('the clock of a restore', () => {
  test('without workers takes what follows for the end of an item', () => {
    const { phases, slowest } = time(
      [
        [0, 'pg_restore: connecting to database for restore'],
        [1, 'pg_restore: creating TABLE "public.trades"'],
        [2, 'pg_restore: processing data for table "public.trades"'],
        [2.5, 'pg_restore: error: COPY failed for table "trades": ERROR:  x'],
        [7, 'pg_restore: processing BLOBS'],
        [7, 'pg_restore: restored 1 large object'],
        [8, 'pg_restore: creating INDEX "public.trades_at"'],
      ],
      10,
    );
    expect(phases).toEqual([
      { name: 'schema', seconds: 2 },
      { name: 'data, and indexes beside them', seconds: 6 },
      { name: 'indexes and constraints left', seconds: 2 },
    ]);
    expect(slowest).toEqual([
      { item: 'TABLE DATA "public.trades"', seconds: 5 },
      { item: 'INDEX "public.trades_at"', seconds: 2 },
      { item: 'TABLE "public.trades"', seconds: 1 },
      { item: 'BLOBS', seconds: 1 },
    ]);
  });

  test('with workers takes each item from its launch to its end', () => {
    const { phases, slowest } = time(
      [
        [0, 'pg_restore: processing item 7 TABLE trades'],
        [0, 'pg_restore: creating TABLE "public.trades"'],
        [1, 'pg_restore: entering main parallel loop'],
        [1, 'pg_restore: launching item 12 TABLE DATA trades'],
        [1, 'pg_restore: launching item 13 TABLE DATA users'],
        [1, 'pg_restore:pg_restore: processing data for table "public.trades"'],
        [2, 'pg_restore: pg_restore: finished item 13 TABLE DATA users'],
        [2, 'launching item 14 INDEX users_name'],
        [2, 'pg_restore: creating INDEX "public.users_name"'],
        [5, ' finished item 12 TABLE DATA trades'],
        [8, 'pg_restore: finished item 14 INDEX users_name'],
        [8, 'pg_restore: finished item 99 of nobody'],
        [8, 'pg_restore: finished main parallel loop'],
      ],
      9,
    );
    expect(phases.map(({ seconds }) => seconds)).toEqual([1, 4, 4]);
    expect(slowest).toEqual([
      { item: 'INDEX users_name', seconds: 6 },
      { item: 'TABLE DATA trades', seconds: 4 },
      { item: 'TABLE "public.trades"', seconds: 1 },
      { item: 'TABLE DATA users', seconds: 1 },
    ]);
  });

  test('of a schema alone knows of no data', () => {
    const { phases } = time([[1, 'pg_restore: creating TABLE "public.trades"']], 3);
    expect(phases).toEqual([{ name: 'schema', seconds: 3 }]);
  });

  test('of nothing at all tells nothing', () => {
    expect(time([], 0)).toEqual({ phases: [], slowest: [] });
  });
});
