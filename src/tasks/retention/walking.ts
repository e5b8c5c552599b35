import type { Session } from '../../postgres/session.ts';

const names = ['enable_seqscan', 'enable_sort', 'enable_bitmapscan', 'jit'];

/**
 * Does something while a session reads tables only in the way that it is told to: along an
 * index or by ranges of pages. What the planner guesses would be right on the average, and
 * one wrong guess would read a whole table for each batch.
 */
export async function walking<Value>(
  session: Session,
  work: () => Promise<Value>,
): Promise<Value> {
  await session.query(
    'select set_config(name, $2, false) from unnest($1::text[]) as name',
    [names, 'off'],
  );
  try {
    return await work();
  } finally {
    await session
      .query(
        'select set_config(name, reset_val, false) from pg_settings where name = any($1)',
        [names],
      )
      .catch(() => session.destroy());
  }
}
