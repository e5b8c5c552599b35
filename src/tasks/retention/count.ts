import type { Session } from '../../postgres/session.ts';
import { BatchSize } from './batch-size.ts';
import type { Heap } from './heaps.ts';

/** What was counted, piece by piece: nobody's snapshot is held for longer than a piece. */
export interface Counted {
  readonly expiredRows: number;
  /** The oldest time in the column, as the server writes it; null where there is none. */
  readonly oldest: string | null;
}

interface Question {
  readonly heap: Heap;
  /** The column, and the condition under which a row has expired, in SQL. */
  readonly column: string;
  readonly expired: string;
  /** How the rest of the SQL calls the table. */
  readonly alias: string;
}

interface Limits {
  /** How long a piece should take. */
  readonly pieceSeconds: number;
  timeLeftMs(): number | null;
  readonly signal: AbortSignal;
}

/** Counts in one piece: the rows of a compressed chunk have no place of their own. */
export async function countAtOnce(
  session: Session,
  { heap, column, expired, alias }: Question,
  limits: Limits,
): Promise<Counted & { rows: number }> {
  return ask(
    session,
    limits,
    null,
    `\
select count(*) as rows, count(*) filter (where ${expired}) as "expiredRows",
  min(${column})::text as oldest
from ${heap.id} as ${alias}`,
  );
}

/** Counts all rows of a heap and those that have expired, by ranges of its pages. */
export async function countByPages(
  session: Session,
  { heap, column, expired, alias }: Question,
  limits: Limits,
): Promise<Counted & { rows: number }> {
  const size = pieceSize(limits, { start: 4096, min: 64, max: 1_000_000 });
  let [rows, expiredRows] = [0, 0];
  let oldest: string | null = null;
  for (let from = 0, isLast = false; !isLast; ) {
    const to = from + size.current;
    // The last piece has no end: an update may have moved a row behind it meanwhile.
    isLast = to >= heap.pages;
    const range = `ctid >= '(${from},0)'::tid${isLast ? '' : ` and ctid < '(${to},0)'::tid`}`;
    const piece = await ask<{ rows: number; expired: number; oldest: string | null }>(
      session,
      limits,
      size,
      `\
select count(*) as rows, count(*) filter (where ${expired}) as expired,
  min(${column})::text as oldest
from only ${heap.id} as ${alias} where ${range}`,
    );
    rows += piece.rows;
    expiredRows += piece.expired;
    oldest = older(oldest, piece.oldest);
    from = to;
  }
  return { rows, expiredRows, oldest };
}

/** Counts the rows that have expired along the index on the column. */
export async function countByIndex(
  session: Session,
  { heap, column, expired, alias }: Question,
  limits: Limits,
): Promise<Counted> {
  const size = pieceSize(limits, { start: 20_000, min: 1000, max: 5_000_000 });
  const from = `from only ${heap.id} as ${alias}`;
  const [first] = await session.query<{ oldest: string | null }>(
    `select min(${column})::text as oldest ${from}`,
  );
  let expiredRows = 0;
  let after = '';
  let values: string[] = [];
  for (;;) {
    const wanted = size.current;
    const piece = await ask<{ found: number; below: number; last: string | null }>(
      session,
      limits,
      size,
      `\
with piece as materialized (
  select ${column} as time ${from}
  where ${after}${expired} order by ${column} limit ${wanted}
), end_of_piece as (select max(time) as time from piece)
select count(*) as found, count(*) filter (where piece.time < end_of_piece.time) as below,
  max(end_of_piece.time)::text as last
from piece, end_of_piece`,
      values,
    );
    if (piece.found < wanted || piece.last === null) {
      return { expiredRows: expiredRows + piece.found, oldest: first?.oldest ?? null };
    }
    // Rows of one time may lie on both sides of the end: the next piece has them all.
    expiredRows += piece.below;
    values = [piece.last];
    after = `${column} >= $1 and `;
    if (piece.below > 0) continue;
    const tied = await ask<{ found: number }>(
      session,
      limits,
      null,
      `select count(*) as found ${from} where ${column} = $1 and ${expired}`,
      values,
    );
    expiredRows += tied.found;
    after = `${column} > $1 and `;
  }
}

function pieceSize(
  { pieceSeconds }: Limits,
  sizes: { start: number; min: number; max: number },
): BatchSize {
  return new BatchSize({ ...sizes, targetSeconds: pieceSeconds });
}

async function ask<Row extends object>(
  session: Session,
  { signal, timeLeftMs }: Limits,
  size: BatchSize | null,
  sql: string,
  values: readonly string[] = [],
): Promise<Row> {
  signal.throwIfAborted();
  const begunMs = performance.now();
  const [row] = await session.limitedQuery(sql, values, timeLeftMs());
  size?.learn((performance.now() - begunMs) / 1000);
  return row as Row;
}

/** Times in the same form, as the server writes them in UTC, sort as texts. */
function older(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
