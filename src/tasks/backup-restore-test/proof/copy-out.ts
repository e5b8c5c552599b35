import { createHash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { RowHash } from '../../../pg-dump/row-hash.ts';

/** What COPY has printed of a table. */
export interface Printed {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
  /** Where it was asked for. */
  readonly rowHash: string | null;
}

/** Runs a COPY … TO STDOUT and hashes its text as it arrives. Nothing of it is kept. */
export async function copyOut(
  client: pg.Client,
  statement: string,
  { wantsRowHash = false }: { wantsRowHash?: boolean } = {},
): Promise<Printed> {
  const hash = createHash('sha256');
  const rowHash = wantsRowHash ? new RowHash() : null;
  let bytes = 0;
  const stream = client.query(copyTo(statement));
  stream.on('data', (piece: Buffer) => {
    bytes += piece.length;
    hash.update(piece);
    rowHash?.update(piece);
  });
  await finished(stream);
  // The number of rows may come in a packet behind the data, and before the next answer.
  if (bytes > 0 && stream.rowCount === 0) await client.query('');
  return {
    rows: stream.rowCount ?? 0,
    bytes,
    sha256: hash.digest('hex'),
    rowHash: rowHash?.digest() ?? null,
  };
}
