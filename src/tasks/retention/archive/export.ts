import { createHash } from 'node:crypto';
import type { Session } from '../../../postgres/session.ts';

/** Rows as they were read, each by its version: none that came later can take its place. */
export interface Exported {
  /** Where each row version lies, and the transaction that made it. */
  readonly places: readonly string[];
  readonly madeBy: readonly string[];
  /** The rows in the text format of COPY, each with its line break. */
  readonly text: Buffer;
  /** The least and the greatest time; null where there are no rows. */
  readonly first: string | null;
  readonly last: string | null;
}

const tab = 0x09;
const lineBreak = 0x0a;

/** Reads the rows of a selection in one statement, by COPY. */
export async function exportRows(
  session: Session,
  selection: string,
  timeoutMs: number | null,
): Promise<Exported> {
  const { text, rows } = await session.copyOut(selection, timeoutMs);
  const exported = readRows(text);
  if (rows === exported.places.length) return exported;
  throw new Error(
    `the server has sent ${rows} rows, and ${exported.places.length} were read`,
  );
}

/** Takes what identifies the version of a row off the front of each line. */
export function readRows(copied: Buffer): Exported {
  const places: string[] = [];
  const madeBy: string[] = [];
  const lines: Buffer[] = [];
  let first: string | null = null;
  let last: string | null = null;
  for (let from = 0; from < copied.length; ) {
    // Within a value COPY writes a tab and a line break as \t and \n.
    const end = copied.indexOf(lineBreak, from) + 1;
    const fields: string[] = [];
    let start = from;
    for (let field = 0; field < 3; field++) {
      const stop = copied.indexOf(tab, start);
      // A table may have no other columns to export than those that are generated.
      const isLast = stop < 0 || stop >= end;
      fields.push(copied.toString('latin1', start, isLast ? end - 1 : stop));
      start = isLast ? end - 1 : stop + 1;
    }
    const [place = '', maker = '', time = ''] = fields;
    places.push(place);
    madeBy.push(maker);
    if (first === null || time < first) first = time;
    if (last === null || time > last) last = time;
    lines.push(copied.subarray(start, end));
    from = end;
  }
  return { places, madeBy, text: Buffer.concat(lines), first, last };
}

/** So many hexadecimal digits of a hash are added up. */
const digits = 12;

/** A sum over row versions that does not depend on their order, to be continued. */
export function versionSum({ places, madeBy }: Exported, before = 0n): bigint {
  let sum = before;
  for (const [index, place] of places.entries()) {
    const hash = createHash('md5').update(`${place} ${madeBy[index]}`).digest('hex');
    sum += BigInt(`0x${hash.slice(0, digits)}`);
  }
  return sum;
}

/** The SQL that makes the same sum over the rows that a query reads. */
export const versionSumSql = `\
coalesce(sum(('x' || left(md5(ctid::text || ' ' || xmin::text), ${digits}))
  ::bit(${digits * 4})::bigint::numeric), 0)::text`;
