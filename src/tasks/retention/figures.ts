import type { Run } from '../../core/run.ts';
import type { Figures } from '../../core/step.ts';
import type { Session } from '../../postgres/session.ts';
import { countAtOnce, countByIndex, countByPages } from './count.ts';
import type { Heap } from './heaps.ts';

/** Up to so many pages (64 MB) a relation is counted as a whole at no cost to speak of. */
const smallPages = 8192;

/** Where a policy looks, in SQL. */
export interface Scope {
  readonly column: string;
  readonly expired: string;
  readonly alias: string;
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
  readonly rowsOf: ReadonlyMap<number, number>;
  readonly expiredOf: ReadonlyMap<number, number>;
}

type Part = Omit<TableFigures, 'rowsOf' | 'expiredOf'> & { readonly oid: number };

interface CountingOptions {
  /** Says of a relation that no row in it can have expired. */
  isYoung?(heap: Heap): boolean;
  /** Says of a relation that the places of its rows cannot be told. */
  isCompressed?(heap: Heap): boolean;
  readonly countsAllRows?: boolean;
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
  const timeLeftMs = () => run.window.timeLeftMs();
  const limits = { pieceSeconds, timeLeftMs, signal: run.signal };
  const { isYoung = () => false, isCompressed = () => false, countsAllRows } = options;
  const parts: Part[] = [];
  for (const heap of heaps) {
    const { oid, bytes, estimatedRows, pages } = heap;
    const isLarge = pages > smallPages && estimatedRows !== null && !countsAllRows;
    if (isLarge && isYoung(heap)) {
      const figures = { expiredRows: 0, expiredBytes: 0, oldest: null };
      parts.push({ ...figures, oid, rows: estimatedRows, isExact: false, bytes });
    } else if (isCompressed(heap)) {
      const counted = await countAtOnce(session, { heap, ...scope }, limits);
      parts.push(withShare({ ...counted, oid, isExact: true, bytes }));
    } else if (isLarge && heap.index !== null) {
      const counted = await countByIndex(session, { heap, ...scope }, limits);
      const rows = Math.max(estimatedRows, counted.expiredRows);
      parts.push(withShare({ ...counted, oid, rows, isExact: false, bytes }));
    } else {
      const counted = await countByPages(session, { heap, ...scope }, limits);
      parts.push(withShare({ ...counted, oid, isExact: true, bytes }));
    }
  }
  return sum(parts);
}

function withShare(part: Omit<Part, 'expiredBytes'>): Part {
  const share = part.rows === 0 ? 0 : part.expiredRows / part.rows;
  return { ...part, expiredBytes: Math.round(share * part.bytes) };
}

function sum(parts: readonly Part[]): TableFigures {
  const total = (read: (part: Part) => number) =>
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
