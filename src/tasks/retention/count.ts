import pg from 'pg';
import type { Session } from '../../postgres/session.ts';
import { BatchSize } from './batch-size.ts';
import type { Heap } from './heaps.ts';

/** A piece has no more rows than that: the same piece may be slow another time. */
const mostRows = 100_000;

/** What was counted, piece by piece: nobody's snapshot is held for longer than a piece. */
export interface Counted {
  readonly expiredRows: number;
  /** The oldest time in the column, as the server writes it; null where there is none. */
  readonly oldest: string | null;
}

export interface Question {
  readonly heap: Heap;
  /** The column, and the condition under which a row has expired, in SQL. */
  readonly column: string;
  readonly isOld: string;
  readonly expired: string;
  /** How the rest of the SQL calls the table. */
  readonly alias: string;
}

export interface CountingLimits {
  /** How long a piece should take. */
  readonly pieceSeconds: number;
  timeLeftMs(): number | null;
  readonly signal: AbortSignal;
}

interface CountedRows extends Counted {
  readonly rows: number;
}

/** Counts in one piece: the rows of a compressed chunk have no place of their own. */
export async function countAtOnce(
  session: Session,
  question: Question,
  limits: CountingLimits,
): Promise<CountedRows> {
  const { heap, alias } = question;
  const sql = `${selectCounts(question)} from ${heap.id} as ${alias}`;
  return ask(session, limits, null, sql);
}

function selectCounts({ column, expired }: Question): string {
  return `\
select pg_catalog.count(*) as rows, pg_catalog.count(*) filter (where ${expired}) as "expiredRows",
  pg_catalog.min(${column})::text as oldest`;
}

/**
 * Counts all rows of a heap and those that have expired, by ranges of its pages.
 *
 * @param isEnough ends the count early
 */
export async function countByPages(
  session: Session,
  question: Question,
  limits: CountingLimits,
  isEnough: (counted: CountedRows) => boolean = () => false,
): Promise<CountedRows> {
  const { heap, alias } = question;
  const size = pieceSize(limits, { start: 64, min: 1, max: 1_000_000 });
  let counted: CountedRows = { rows: 0, expiredRows: 0, oldest: null };
  for (let from = 0, isLast = false; !isLast && !isEnough(counted); ) {
    const to = from + size.current;
    // The last piece has no end: an update may have moved a row behind it meanwhile.
    isLast = to >= heap.pages;
    const range = `ctid >= '(${from},0)'::tid${isLast ? '' : ` and ctid < '(${to},0)'::tid`}`;
    const piece = await ask<CountedRows>(
      session,
      limits,
      size,
      `${selectCounts(question)} from only ${heap.id} as ${alias} where ${range}`,
    );
    counted = {
      rows: counted.rows + piece.rows,
      expiredRows: counted.expiredRows + piece.expiredRows,
      oldest: older(counted.oldest, piece.oldest),
    };
    from = to;
  }
  return counted;
}

/** What was counted along an index, and where the pieces of that began. */
export interface CountedByIndex extends Counted {
  readonly bounds: readonly string[];
}

/**
 * Counts the rows that have expired along the index on the column, in pieces that are bounded
 * by what is read. Rows of one time are never divided: a piece ends before its last time.
 */
export async function countByIndex(
  session: Session,
  { heap, column, isOld, expired, alias }: Question,
  limits: CountingLimits,
): Promise<CountedByIndex> {
  const size = pieceSize(limits, { start: 5000, min: 100, max: mostRows });
  const source = `from only ${heap.id} as ${alias}`;
  const bounds: string[] = [];
  let expiredRows = 0;
  let oldest: string | null = null;
  for (let begin = ''; ; ) {
    const wanted = size.current;
    const piece = await ask<{
      found: number;
      expired: number;
      first: string | null;
      last: string | null;
    }>(
      session,
      limits,
      size,
      `\
with piece as materialized (
  select ${column} as time, (${expired}) as is_expired ${source}
  where ${begin}${isOld} order by ${column} limit ${wanted}
), ends as (select pg_catalog.count(*) as found, pg_catalog.min(time) as first, pg_catalog.max(time) as last from piece)
select ends.found, ends.first::text as first, ends.last::text as last,
  pg_catalog.count(*) filter (where is_expired
    and (time < ends.last or ends.found < ${wanted})) as expired
from ends left join piece on true group by ends.found, ends.first, ends.last`,
    );
    oldest ??= piece.first;
    expiredRows += piece.expired;
    if (piece.found < wanted || piece.last === null) {
      return { expiredRows, oldest, bounds };
    }
    const last = pg.escapeLiteral(piece.last);
    if (piece.first === piece.last) {
      // A whole piece of one time: all of that time, however many they are.
      const sql = `select pg_catalog.count(*) as found ${source} where ${column} = ${last} and ${expired}`;
      expiredRows += (await ask<{ found: number }>(session, limits, null, sql)).found;
      begin = `${column} > ${last} and `;
    } else {
      begin = `${column} >= ${last} and `;
    }
    bounds.push(piece.last);
  }
}

/**
 * Counts along the index once more, in the pieces of before: what has died since is passed
 * piece by piece as well.
 */
export async function recountByIndex(
  session: Session,
  { heap, column, isOld, expired, alias }: Question,
  bounds: readonly string[],
  limits: CountingLimits,
): Promise<Counted> {
  const source = `from only ${heap.id} as ${alias}`;
  let expiredRows = 0;
  let oldest: string | null = null;
  for (let index = 0; index <= bounds.length; index++) {
    const [from, to] = [bounds[index - 1], bounds[index]];
    const range = [
      from !== undefined && `${column} >= ${pg.escapeLiteral(from)}`,
      to !== undefined && `${column} < ${pg.escapeLiteral(to)}`,
      expired,
    ].filter((one) => one !== false);
    const piece = await ask<Counted>(
      session,
      limits,
      null,
      `\
select pg_catalog.count(*) as "expiredRows", pg_catalog.min(${column})::text as oldest
${source} where ${range.join(' and ')}`,
    );
    expiredRows += piece.expiredRows;
    oldest = older(oldest, piece.oldest);
  }
  if (oldest !== null) return { expiredRows, oldest };
  const [young] = await session.limitedQuery<{ oldest: string | null }>(
    `select pg_catalog.min(${column})::text as oldest ${source} where not (${isOld})`,
    [],
    limits.timeLeftMs(),
  );
  return { expiredRows, oldest: young?.oldest ?? null };
}

function pieceSize(
  { pieceSeconds }: CountingLimits,
  sizes: { start: number; min: number; max: number },
): BatchSize {
  return new BatchSize({ ...sizes, targetSeconds: pieceSeconds });
}

async function ask<Row extends object>(
  session: Session,
  { signal, timeLeftMs }: CountingLimits,
  size: BatchSize | null,
  sql: string,
): Promise<Row> {
  signal.throwIfAborted();
  const begunMs = performance.now();
  const [row] = await session.limitedQuery(sql, [], timeLeftMs());
  size?.learn((performance.now() - begunMs) / 1000);
  return row as Row;
}

/** Times in the same form, as the server writes them in UTC, sort as texts. */
function older(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
