import pg from 'pg';
import type { Session } from '../../postgres/session.ts';
import { BatchSize } from './batch-size.ts';
import type { Cursor } from './cursors.ts';
import type { Heap } from './heaps.ts';

/** What came of a batch. */
export interface Batch {
  /** Rows that were found and locked. */
  readonly found: number;
  readonly deleted: number;
  /** How long the server was at work on it. */
  readonly seconds: number;
  /** How long its longest transaction lasted. */
  readonly transactionSeconds: number;
}

/** A walk through the expired rows of a relation, range by range, always forwards. */
export interface Walk {
  /** Of a range, in what the walk counts in: rows or pages. */
  readonly size: BatchSize;
  readonly isOver: boolean;
  /** Where it stands, for a later run to go on. */
  readonly cursor: Cursor | null;
  /** Finds the next range; false where another kind of walk must go on. */
  aim(session: Session, timeoutMs: number | null): Promise<boolean>;
  /**
   * The SQL that selects the rows of the range.
   *
   * @param columns what of them, in SQL
   * @param without the places (ctid) of rows to pass over
   */
  select(columns: string, without?: ReadonlySet<string>): string;
  /** Goes on behind the range. */
  advance(): void;
}

/** What a walk goes through. */
export interface Where {
  readonly heap: Heap;
  /** The column, the cut-off, and how the rest of the SQL calls the table. */
  readonly column: string;
  readonly isOld: string;
  readonly alias: string;
  /** The SQL condition under which a row is to be deleted. */
  readonly condition: string;
  readonly targetSeconds: number;
  /** What a range may take up in memory, where its rows are read. */
  readonly mostBytes?: number;
}

/** So many rows, or pages, a range may have. */
function most(limit: number, { heap, mostBytes }: Where, units: number): number {
  if (mostBytes === undefined) return limit;
  const bytesPerUnit = Math.max(1, heap.bytes / Math.max(1, units));
  return Math.max(1, Math.min(limit, Math.floor(mostBytes / bytesPerUnit)));
}

function passingOver(without: ReadonlySet<string>): string {
  if (without.size === 0) return '';
  // Written by the server itself: (page,line).
  const places = [...without].map((place) => `"${place}"`).join(',');
  return ` and ctid <> all('{${places}}'::tid[])`;
}

/** A range of so many rows is worth it, before the table is read page by page. */
const mostRows = 100_000;

/**
 * Along the index on the column. A range is bounded by what is read, not by what is found
 * in it: a condition that few rows fulfil makes no long one. What was passed is never
 * looked at again, whatever became of it.
 */
export class IndexWalk implements Walk {
  readonly size: BatchSize;
  readonly #where: Where;
  #from: string | null;
  #to: string | null = null;
  #isOver = false;
  #isEnlarged = false;

  constructor(where: Where, from: Cursor | null) {
    this.#where = where;
    this.#from = from && 'time' in from ? from.time : null;
    const { targetSeconds, heap } = where;
    const max = most(mostRows, where, heap.estimatedRows ?? heap.pages * 10);
    this.size = new BatchSize({ start: Math.min(200, max), min: 1, max, targetSeconds });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get cursor(): Cursor | null {
    return this.#from === null ? null : { time: this.#from };
  }

  /** Whether the range had to be made longer than it was to be, for rows of one time. */
  get isEnlarged(): boolean {
    return this.#isEnlarged;
  }

  /** False where so many rows have one time that no range of a sensible size ends there. */
  async aim(session: Session, timeoutMs: number | null): Promise<boolean> {
    const mostInRange = this.size.most;
    for (let rows = this.size.current; ; rows *= 8) {
      const limit = Math.min(rows, mostInRange);
      this.#isEnlarged = rows > this.size.current;
      const end = await endOfRange(session, this.#where, this.#from, limit, timeoutMs);
      this.#to = end.isLast ? null : end.last;
      if (end.isLast || end.first !== end.last) return true;
      if (limit === mostInRange) return false;
    }
  }

  select(columns: string, without: ReadonlySet<string> = new Set()): string {
    const { heap, column, alias, condition } = this.#where;
    const range = [
      this.#from !== null && `${column} >= ${pg.escapeLiteral(this.#from)}`,
      this.#to !== null && `${column} < ${pg.escapeLiteral(this.#to)}`,
    ].filter((one) => one !== false);
    return `\
select ${columns} from only ${heap.id} as ${alias}
where ${[...range, condition].join(' and ')}${passingOver(without)}`;
  }

  advance(): void {
    this.#isOver = this.#to === null;
    this.#from = this.#to ?? this.#from;
  }
}

/**
 * Finds where a range of so many old rows ends, by the index alone: at the time of its last
 * row, which is no longer in it, so that rows of one time are never divided.
 */
export async function endOfRange(
  session: Session,
  { heap, column, alias, isOld }: Pick<Where, 'heap' | 'column' | 'alias' | 'isOld'>,
  from: string | null,
  rows: number,
  timeoutMs: number | null,
): Promise<{ first: string | null; last: string | null; isLast: boolean }> {
  const begin = from === null ? '' : `${column} >= ${pg.escapeLiteral(from)} and `;
  const [end] = await session.limitedQuery<{
    found: number;
    first: string | null;
    last: string | null;
  }>(
    `\
select pg_catalog.count(*) as found, pg_catalog.min(time)::text as first,
  pg_catalog.max(time)::text as last from (
  select ${column} as time from only ${heap.id} as ${alias}
  where ${begin}${isOld} order by ${column} limit ${rows}) as range`,
    [],
    timeoutMs,
  );
  const { found = 0, first = null, last = null } = end ?? {};
  return { first, last, isLast: found < rows };
}

/** By ranges of pages: each page is read once, and no index. */
export class PageWalk implements Walk {
  readonly size: BatchSize;
  readonly #where: Where;
  #page: number;
  #end = 0;

  constructor(where: Where, from: Cursor | null) {
    this.#where = where;
    this.#page = from && 'page' in from ? from.page : 0;
    const { targetSeconds, heap } = where;
    const max = most(16_384, where, heap.pages);
    this.size = new BatchSize({ start: Math.min(4, max), min: 1, max, targetSeconds });
  }

  get isOver(): boolean {
    return this.#page >= this.#where.heap.pages;
  }

  get cursor(): Cursor | null {
    return this.isOver || this.#page === 0 ? null : { page: this.#page };
  }

  async aim(): Promise<boolean> {
    this.#end = this.#page + this.size.current;
    return true;
  }

  select(columns: string, without: ReadonlySet<string> = new Set()): string {
    const { heap, alias, condition } = this.#where;
    return `\
select ${columns} from only ${heap.id} as ${alias}
where ctid >= '(${this.#page},0)'::tid and ctid < '(${this.#end},0)'::tid
  and ${condition}${passingOver(without)}`;
  }

  advance(): void {
    this.#page = this.#end;
  }
}
