import { BatchSize } from './batch-size.ts';
import type { Cursor } from './cursors.ts';
import type { Heap } from './heaps.ts';

/** A selection of rows in SQL, and the values of its parameters. */
export interface Selection {
  /** `select … from … where …`, to be locked or copied. */
  readonly sql: string;
  readonly values: readonly string[];
}

/** What came of a batch. */
export interface Batch {
  /** Rows that the selection found. */
  readonly found: number;
  readonly deleted: number;
  /** The least and the greatest time of the rows found; null where there were none. */
  readonly first: string | null;
  readonly last: string | null;
  /** How long the server was at work on it. */
  readonly seconds: number;
}

/** A walk through the expired rows of a relation, batch by batch, always forwards. */
export interface Walk {
  readonly size: BatchSize;
  readonly isOver: boolean;
  /** Where it stands, for a later run to go on. */
  readonly cursor: Cursor | null;
  /**
   * Selects the next rows.
   *
   * @param columns what of them, in SQL
   * @param without the places (ctid) of rows to pass over
   */
  select(columns: string, without?: ReadonlySet<string>): Selection;
  advance(batch: Batch): void;
}

/** What a walk goes through. */
export interface Where {
  readonly heap: Heap;
  readonly column: string;
  readonly alias: string;
  /** The SQL condition under which a row is to be deleted. */
  readonly condition: string;
  readonly targetSeconds: number;
  /** What a batch may take up in memory, where its rows are read. */
  readonly mostBytes?: number;
}

/** So many rows, or pages, a batch may have. */
function most(limit: number, { heap, mostBytes }: Where, units: number): number {
  if (mostBytes === undefined) return limit;
  const bytesPerUnit = heap.bytes / Math.max(1, units);
  return Math.max(1, Math.min(limit, Math.floor(mostBytes / Math.max(1, bytesPerUnit))));
}

function passingOver(without: ReadonlySet<string>): string {
  if (without.size === 0) return '';
  // Written by the server itself: (page,line).
  const places = [...without].map((place) => `"${place}"`).join(',');
  return ` and ctid <> all('{${places}}'::tid[])`;
}

/** Along the index on the column: what was passed is never looked at again. */
export class IndexWalk implements Walk {
  readonly size: BatchSize;
  readonly #where: Where;
  #after: string | null;
  #isStrict = false;
  #isOver = false;
  #tiedBatches = 0;
  #asked = 0;

  constructor(where: Where, from: Cursor | null) {
    this.#where = where;
    this.#after = from && 'time' in from ? from.time : null;
    const { targetSeconds, heap } = where;
    const max = most(100_000, where, heap.estimatedRows ?? heap.pages * 10);
    const [start, min] = [Math.min(200, max), Math.min(100, max)];
    this.size = new BatchSize({ start, min, max, targetSeconds });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get cursor(): Cursor | null {
    return this.#after === null ? null : { time: this.#after };
  }

  /** Whether so many rows have one time that each batch of them passes the ones before. */
  get isTied(): boolean {
    return this.#tiedBatches >= 10;
  }

  select(columns: string, without: ReadonlySet<string> = new Set()): Selection {
    const { heap, column, alias, condition } = this.#where;
    this.#asked = this.size.current;
    const after =
      this.#after === null ? '' : `${column} ${this.#isStrict ? '>' : '>='} $1 and `;
    return {
      sql: `\
select ${columns} from only ${heap.id} as ${alias}
where ${after}${condition}${passingOver(without)}
order by ${column} limit ${this.#asked}`,
      values: this.#after === null ? [] : [this.#after],
    };
  }

  advance({ found, deleted, first, last }: Batch): void {
    this.#isOver = found < this.#asked;
    if (last === null) return;
    // A trigger may keep all rows of a time: they must not be found for ever.
    this.#isStrict = deleted === 0 && last === this.#after;
    this.#tiedBatches = first === last ? this.#tiedBatches + 1 : 0;
    this.#after = last;
  }
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

  select(columns: string, without: ReadonlySet<string> = new Set()): Selection {
    const { heap, alias, condition } = this.#where;
    this.#end = this.#page + this.size.current;
    return {
      sql: `\
select ${columns} from only ${heap.id} as ${alias}
where ctid >= '(${this.#page},0)'::tid and ctid < '(${this.#end},0)'::tid
  and ${condition}${passingOver(without)}`,
      values: [],
    };
  }

  advance(): void {
    this.#page = this.#end;
  }
}
