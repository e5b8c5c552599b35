import type { Run } from '../../core/run.ts';
import type { Figures } from '../../core/step.ts';
import type { Session } from '../../postgres/session.ts';
import {
  type CountingLimits,
  countAtOnce,
  countByIndex,
  countByPages,
  recountByIndex,
} from './count.ts';
import type { Heap } from './heaps.ts';

/** Up to so many pages (64 MB) a relation is counted as a whole at no cost to speak of. */
const smallPages = 8192;

/** Where a policy looks, in SQL. */
export interface Scope {
  readonly column: string;
  /** The condition under which a row is old enough, and that of the policy with it. */
  readonly isOld: string;
  readonly expired: string;
  readonly alias: string;
}

/** Rows by the oid of the relation that they lie in. */
export type RowsOf = ReadonlyMap<number, number>;

/** How many rows these relations have together. */
export function rowsIn(oids: Iterable<number>, rows: RowsOf): number {
  let sum = 0;
  for (const oid of oids) sum += rows.get(oid) ?? 0;
  return sum;
}

/** The figures of a table under a policy. */
export interface TableFigures {
  readonly expiredRows: number;
  readonly rows: number;
  /** Whether `rows` was counted; else the server has estimated it in part. */
  readonly isExact: boolean;
  readonly bytes: number;
  /** What the expired rows take up of it, in proportion. */
  readonly expiredBytes: number;
  /** RFC 3339 in UTC, or as the server writes it. */
  readonly oldest: string | null;
  /** The rows, and the expired ones, of each relation by its oid. */
  readonly rowsOf: RowsOf;
  readonly expiredOf: RowsOf;
  /** Where the pieces began in which a relation was counted along its index, by its oid. */
  readonly boundsOf: ReadonlyMap<number, readonly string[]>;
}

type HeapFigures = Omit<TableFigures, 'rowsOf' | 'expiredOf' | 'boundsOf'> & {
  readonly oid: number;
  readonly bounds?: readonly string[];
};

interface CountingOptions {
  /** Says of a relation that no row in it can have expired. */
  isYoung?(heap: Heap): boolean;
  /** Says of a relation that the places of its rows cannot be told. */
  isCompressed?(heap: Heap): boolean;
  /** Counts once more in the pieces of before. */
  readonly boundsOf?: ReadonlyMap<number, readonly string[]>;
}

/**
 * Counts the rows of heaps that have expired, exactly, and all rows: exactly where that is
 * cheap or has to be done anyway, else by the estimate of the server.
 *
 * @param pieceSeconds how long nobody's snapshot may be held for, about
 */
export async function readFigures(
  session: Session,
  heaps: readonly Heap[],
  scope: Scope,
  pieceSeconds: number,
  run: Run,
  options: CountingOptions = {},
): Promise<TableFigures> {
  const limits = limitsOf(pieceSeconds, run);
  const { isYoung = () => false, isCompressed = () => false, boundsOf } = options;
  const parts: HeapFigures[] = [];
  for (const heap of heaps) {
    const { oid, bytes, estimatedRows, pages } = heap;
    const isLarge = pages > smallPages && estimatedRows !== null;
    if (isLarge && isYoung(heap)) {
      const figures = { expiredRows: 0, expiredBytes: 0, oldest: null };
      parts.push({ ...figures, oid, rows: estimatedRows, isExact: false, bytes });
    } else if (isCompressed(heap)) {
      const counted = await countAtOnce(session, { heap, ...scope }, limits);
      parts.push(withShare({ ...counted, oid, isExact: true, bytes }));
    } else if (isLarge && heap.index !== null) {
      const bounds = boundsOf?.get(oid);
      const question = { heap, ...scope };
      const counted = bounds
        ? await recountByIndex(session, question, bounds, limits)
        : await countByIndex(session, question, limits);
      const rows = Math.max(estimatedRows, counted.expiredRows);
      parts.push(withShare({ ...counted, oid, rows, isExact: false, bytes }));
    } else {
      const counted = await countByPages(session, { heap, ...scope }, limits);
      parts.push(withShare({ ...counted, oid, isExact: true, bytes }));
    }
  }
  return sum(parts);
}

function limitsOf(pieceSeconds: number, run: Run): CountingLimits {
  return {
    pieceSeconds,
    timeLeftMs: () => run.window.timeLeftMs(),
    signal: run.signal,
  };
}

/**
 * Makes sure that no more than a share of the rows has expired: an estimate may be off by
 * any factor. Counts rows that have not expired until there are enough of them; where there
 * are not, all rows have been counted by then, and are in the figures.
 */
export async function certain(
  figures: TableFigures,
  mostShare: number,
  session: Session,
  heaps: readonly Heap[],
  scope: Scope,
  pieceSeconds: number,
  run: Run,
  { isCompressed = () => false }: CountingOptions = {},
): Promise<TableFigures> {
  if (figures.isExact || figures.expiredRows === 0) return figures;
  const limits = limitsOf(pieceSeconds, run);
  const enough = figures.expiredRows / mostShare - figures.expiredRows;
  let [rows, expiredRows] = [0, 0];
  for (const heap of heaps) {
    const question = { heap, ...scope };
    const counted = isCompressed(heap)
      ? await countAtOnce(session, question, limits)
      : await countByPages(
          session,
          question,
          limits,
          (piece) => rows + piece.rows - expiredRows - piece.expiredRows >= enough,
        );
    rows += counted.rows;
    expiredRows += counted.expiredRows;
    if (rows - expiredRows < enough) continue;
    // There are at least so many, whatever the estimate says.
    const least = figures.expiredRows + rows - expiredRows;
    return { ...figures, rows: Math.max(figures.rows, Math.round(least)) };
  }
  return { ...figures, rows, isExact: true };
}

function withShare(part: Omit<HeapFigures, 'expiredBytes'>): HeapFigures {
  const share = part.rows === 0 ? 0 : part.expiredRows / part.rows;
  return { ...part, expiredBytes: Math.round(share * part.bytes) };
}

function sum(parts: readonly HeapFigures[]): TableFigures {
  const total = (read: (part: HeapFigures) => number) =>
    parts.reduce((all, part) => all + read(part), 0);
  const times = parts.flatMap(({ oldest }) => oldest ?? []).sort();
  return {
    expiredRows: total((part) => part.expiredRows),
    rows: Math.round(total((part) => part.rows)),
    isExact: parts.every(({ isExact }) => isExact),
    bytes: total((part) => part.bytes),
    expiredBytes: total((part) => part.expiredBytes),
    oldest: times[0] ?? null,
    rowsOf: new Map(parts.map(({ oid, rows }) => [oid, rows])),
    expiredOf: new Map(parts.map(({ oid, expiredRows }) => [oid, expiredRows])),
    boundsOf: new Map(
      parts.flatMap(({ oid, bounds }) => (bounds ? [[oid, bounds] as const] : [])),
    ),
  };
}

/** What a step reports of a table. */
export function reported(figures: TableFigures): Figures {
  const { expiredRows, rows, bytes, expiredBytes, oldest } = figures;
  return { expiredRows, rows, bytes, expiredBytes, oldest: rfc3339(oldest) };
}

/** Writes a time of the server, in UTC, as RFC 3339; `-infinity` stays as it is. */
export function rfc3339(time: string | null): string | null {
  const [, date, clock = '00:00:00'] =
    /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d)[\d.]*(?:\+00)?)?$/.exec(time ?? '') ?? [];
  return date === undefined ? time : `${date}T${clock}Z`;
}
