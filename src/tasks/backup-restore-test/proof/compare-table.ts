import pg from 'pg';
import { addRowHashes } from '../../../pg-dump/row-hash.ts';
import type { Comparison } from './comparison.ts';
import { copyOut, type Printed } from './copy-out.ts';
import { copyOutStatement } from './copy-statement.ts';

/** What came of the comparison of one table. */
export interface TableProof {
  /** `public.trades`, each name quoted where it must be. */
  readonly table: string;
  /**
   * `proven`: all rows are those of the archive. `rows-only`: there are as many.
   * `not-comparable`: neither can be told, or a difference may be innocent.
   */
  readonly status: 'proven' | 'rows-only' | 'not-comparable' | 'differs';
  readonly archiveRows: number;
  /** Null where they could not be read. */
  readonly restoredRows: number | null;
  /** Null where it is not the text as a whole that was compared. */
  readonly archiveSha256: string | null;
  readonly restoredSha256: string | null;
  readonly seconds: number;
  /** Of the restored table, as COPY prints it. */
  readonly bytes: number;
  readonly note: string | null;
}

type Judgement = Omit<TableProof, 'table' | 'archiveRows' | 'seconds'>;

const unread = {
  restoredRows: null,
  archiveSha256: null,
  restoredSha256: null,
  bytes: 0,
} as const;

/**
 * Holds a restored table against the archive, in a session that prints values as they were
 * dumped. Throws only where the connection fails.
 */
export async function compareTable(
  client: pg.Client,
  comparison: Comparison,
  encoding: string,
): Promise<TableProof> {
  const startedAt = performance.now();
  const judgement = await judge(client, comparison, encoding);
  return {
    table: comparison.table,
    archiveRows: comparison.rows,
    ...judgement,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

async function judge(
  client: pg.Client,
  comparison: Comparison,
  encoding: string,
): Promise<Judgement> {
  const { restored, how, why } = comparison;
  if (!restored) {
    return { ...unread, status: 'differs', note: 'it is not in the restored database' };
  }
  if (how === 'none') return { ...unread, status: 'not-comparable', note: why };
  try {
    const read =
      how === 'count'
        ? await countRows(client, comparison)
        : await printTable(client, comparison, encoding);
    // Whoever created the extension has filled its tables before the archive did.
    return read.status === 'differs' && restored.isOfExtension
      ? { ...read, status: 'not-comparable', note: 'an extension fills it as well' }
      : read;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return { ...unread, status: 'differs', note: `it cannot be read: ${error.message}` };
  }
}

async function countRows(client: pg.Client, comparison: Comparison): Promise<Judgement> {
  const { table, rows: expected, why: note, restored } = comparison;
  // A table that others inherit from has rows of its own; a partitioned one has not.
  const from = restored?.kind === 'p' ? table : `only ${table}`;
  const { rows } = await client.query<{ count: string }>(`select count(*) from ${from}`);
  const count = Number(rows[0]?.count);
  const status = count === expected ? 'rows-only' : 'differs';
  return { ...unread, restoredRows: count, status, note };
}

async function printTable(
  client: pg.Client,
  comparison: Comparison,
  encoding: string,
): Promise<Judgement> {
  const { digests, target, how, restored } = comparison;
  if (!target) throw new Error(`There is no COPY statement for ${comparison.table}`);
  const rowHash = rowHashOf(comparison);
  const statement = copyOutStatement(target, {
    encoding,
    isRoot: restored?.kind === 'p',
  });
  const printed = await copyOut(client, statement, { wantsRowHash: rowHash !== null });
  const archiveSha256 = how === 'text' ? (digests[0]?.sha256 ?? null) : null;
  const seen = {
    restoredRows: printed.rows,
    archiveSha256,
    restoredSha256: archiveSha256 && printed.sha256,
    bytes: printed.bytes,
  };
  return { ...seen, ...verdict(comparison, printed, rowHash) };
}

function verdict(
  { rows, digests, how }: Comparison,
  printed: Printed,
  rowHash: string | null,
): Pick<Judgement, 'status' | 'note'> {
  if (printed.rows !== rows) return { status: 'differs', note: null };
  if (how === 'text' && printed.sha256 === digests[0]?.sha256) {
    return { status: 'proven', note: null };
  }
  if (rowHash === null) return { status: 'differs', note: null };
  return printed.rowHash === rowHash
    ? { status: 'proven', note: 'compared in any order of the rows' }
    : {
        status: 'differs',
        note: `the hash of its rows in any order is ${rowHash} in the archive, ${printed.rowHash} restored`,
      };
}

function rowHashOf({ digests }: Comparison): string | null {
  const hashes = digests.flatMap(({ rowHash }) => rowHash ?? []);
  return hashes.length === digests.length ? addRowHashes(hashes) : null;
}
