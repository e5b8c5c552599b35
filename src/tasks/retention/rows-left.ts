import { type Finding, finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import { formatCount } from '../../core/units.ts';
import { describeLockHolders } from '../../postgres/lock-holders.ts';
import type { Session } from '../../postgres/session.ts';
import type { Stop } from './gate.ts';
import type { Heap } from './heaps.ts';
import type { Deletion } from './plan-policy.ts';
import type { Tally } from './tally.ts';
import type { RetentionTarget } from './target.ts';

/** Of up to so many rows it is found out why they are left. */
const mostRowsLookedAt = 100_000;

/** Says of the rows that have expired and are still there why they are. */
export async function rowsLeft(
  deletion: Deletion,
  left: { readonly rows: number; readonly of: ReadonlyMap<number, number> },
  stop: Stop | null,
  unreferenced: string,
  session: Session,
  target: RetentionTarget,
  run: Run,
  tally: Tally,
): Promise<Finding[]> {
  const { table, parts, heaps, method } = deletion;
  const findings: Finding[] = [];
  if (method !== 'delete') findings.push(...straddlingFinding(deletion, left.of));
  const walked = new Set(heaps.map(({ oid }) => oid));
  const kept = parts.kept.flatMap(({ part, why }) => {
    const rows = rowsIn(part.heaps, left.of);
    return rows === 0 ? [] : [`${formatCount(rows)} in ${part.id}: ${why}`];
  });
  const deletable = [...walked].reduce((sum, oid) => sum + (left.of.get(oid) ?? 0), 0);
  const inParts = parts.toDrop.flatMap(({ heaps: oids }) => oids);
  const undropped = rowsIn(inParts, left.of);
  const reasons = [...kept];
  if (stop && deletable + undropped > 0) {
    reasons.push(`${formatCount(deletable + undropped)}: ${stop.why}`);
  } else if (deletable > 0) {
    reasons.push(
      ...(await whyStillThere(
        deletion,
        left.of,
        unreferenced,
        session,
        target,
        run,
        tally,
      )),
    );
  }
  if (reasons.length === 0) return findings;
  const rows = kept.length > 0 ? left.rows : deletable + undropped;
  const isGoingOn = stop !== null && stop.because !== 'others' && kept.length === 0;
  return [
    ...findings,
    finding(
      'rows-left',
      table.id,
      `${formatCount(rows)} rows of ${table.id} have expired and are still there. ${reasons.join('; ')}.`,
      { severity: isGoingOn ? 'low' : 'medium' },
    ),
  ];
}

function straddlingFinding(
  { parts, table, heaps }: Deletion,
  of: ReadonlyMap<number, number>,
): Finding[] {
  const walked = new Set(heaps.map(({ oid }) => oid));
  const left = parts.straddling
    .map((part) => ({ part, rows: rowsIn(part.heaps, of) }))
    .filter(({ part, rows }) => rows > 0 && !part.heaps.some((oid) => walked.has(oid)));
  if (left.length === 0) return [];
  const list = left
    .slice(0, 5)
    .map(({ part, rows }) => `${formatCount(rows)} in ${part.id}`);
  const more = left.length > 5 ? ` and ${left.length - 5} more` : '';
  return [
    finding(
      'chunk-straddles-cutoff',
      table.id,
      `Expired rows of ${table.id} lie beside younger ones: ${list.join(', ')}${more}.`,
    ),
  ];
}

function rowsIn(oids: readonly number[], of: ReadonlyMap<number, number>): number {
  return oids.reduce((sum, oid) => sum + (of.get(oid) ?? 0), 0);
}

async function whyStillThere(
  { heaps, keys, scope }: Deletion,
  of: ReadonlyMap<number, number>,
  unreferenced: string,
  session: Session,
  { database }: RetentionTarget,
  run: Run,
  tally: Tally,
): Promise<string[]> {
  const reasons: string[] = [];
  for (const heap of heaps) {
    const rows = of.get(heap.oid) ?? 0;
    if (rows === 0) continue;
    if (rows > mostRowsLookedAt) {
      reasons.push(`${formatCount(rows)} in ${heap.id}: too many to look at each`);
      continue;
    }
    const { referenced, locked } = await whyOf(
      heap,
      rows,
      scope,
      unreferenced,
      session,
      run,
    );
    const rest = rows - referenced - locked;
    if (referenced > 0) {
      const by = keys.filter(({ onDelete }) => onDelete === 'restrict');
      const names = by.map(({ tableId, name }) => `${tableId} (${name})`).join(', ');
      reasons.push(`${formatCount(referenced)} are still referenced by ${names}`);
    }
    if (locked > 0) {
      const holders = await describeLockHolders(database, heap.oid, true);
      reasons.push(
        `${formatCount(locked)} were locked by others${holders ? `: ${holders}` : ', who have let them go since'}`,
      );
    }
    if (rest > 0) {
      reasons.push(
        tally.keptByTrigger > 0
          ? `${formatCount(rest)} were kept by a trigger`
          : `${formatCount(rest)} came, or were let go, after the walk`,
      );
    }
  }
  return reasons;
}

async function whyOf(
  heap: Heap,
  rows: number,
  { alias, expired }: Deletion['scope'],
  unreferenced: string,
  session: Session,
  run: Run,
): Promise<{ referenced: number; locked: number }> {
  const count = async (condition: string, lock = '') => {
    const from = `select from only ${heap.id} as ${alias} where ${condition}${lock}`;
    const [row] = await session.limitedQuery<{ rows: number }>(
      `with found as materialized (${from}) select count(*) as rows from found`,
      [],
      run.window.timeLeftMs(),
    );
    return row?.rows ?? 0;
  };
  const isFree = [expired, unreferenced].filter(Boolean).join(' and ');
  const free = unreferenced === '' ? rows : await count(isFree);
  const unlocked = await count(isFree, ` for update of ${alias} skip locked`);
  return { referenced: Math.max(0, rows - free), locked: Math.max(0, free - unlocked) };
}
