import { type Finding, finding } from '../../core/finding.ts';
import { formatCount } from '../../core/units.ts';
import { describeLockHolders } from '../../postgres/lock-holders.ts';
import type { Deletion } from './deletion.ts';
import { type RowsOf, rowsIn } from './figures.ts';
import { unreferencedSql } from './foreign-keys.ts';
import type { Stop } from './gate.ts';
import type { Heap } from './heaps.ts';
import type { StepContext } from './step-context.ts';

/** Of up to so many rows of a relation it is found out why they are left. */
const mostRowsLookedAt = 10_000;

/** Says of the rows that have expired and are still there why they are. */
export async function rowsLeft(
  left: RowsOf,
  stop: Stop | null,
  context: StepContext,
): Promise<Finding[]> {
  const { table, parts, heaps, method } = context.deletion;
  const kept = parts.kept
    .map(({ part, why }) => ({ why, id: part.id, rows: rowsIn(part.heaps, left) }))
    .filter(({ rows }) => rows > 0);
  const undone =
    rowsIn(oidsOf(heaps), left) +
    rowsIn(
      parts.toDrop.flatMap((part) => part.heaps),
      left,
    );
  const reasons = kept.map(
    ({ rows, id, why }) => `${formatCount(rows)} in ${id}: ${why}`,
  );
  if (stop && undone > 0) reasons.push(`${formatCount(undone)}: ${stop.why}`);
  if (!stop) reasons.push(...(await whyStillThere(left, context)));
  const straddling = method === 'delete' ? [] : straddlingFinding(context.deletion, left);
  if (reasons.length === 0) return straddling;
  const rows = undone + kept.reduce((sum, one) => sum + one.rows, 0);
  const isOnlyStopped = stop !== null && kept.length === 0;
  const isGoingOn = isOnlyStopped && stop.because !== 'others';
  const why = isOnlyStopped ? `: ${stop.why}` : `. ${reasons.join('; ')}`;
  const message = `${formatCount(rows)} rows of ${table.id} have expired and are still there${why}.`;
  return [
    ...straddling,
    finding('rows-left', table.id, message, {
      severity: isGoingOn ? 'low' : 'medium',
      ...(message.includes('still referenced by') && {
        remedy:
          'Keep the rows that reference them no longer than these, by a policy of their own, or leave such rows out by a condition (where).',
      }),
    }),
  ];
}

function straddlingFinding({ parts, table, heaps }: Deletion, left: RowsOf): Finding[] {
  const walked = new Set(oidsOf(heaps));
  const beside = parts.straddling
    .filter((part) => !part.heaps.some((oid) => walked.has(oid)))
    .map((part) => ({ id: part.id, rows: rowsIn(part.heaps, left) }))
    .filter(({ rows }) => rows > 0);
  if (beside.length === 0) return [];
  const list = beside.slice(0, 5).map(({ id, rows }) => `${formatCount(rows)} in ${id}`);
  const more = beside.length > 5 ? ` and ${beside.length - 5} more` : '';
  return [
    finding(
      'chunk-straddles-cutoff',
      table.id,
      `Expired rows of ${table.id} lie beside younger ones: ${list.join(', ')}${more}.`,
    ),
  ];
}

async function whyStillThere(left: RowsOf, context: StepContext): Promise<string[]> {
  const reasons: string[] = [];
  for (const heap of context.deletion.heaps) {
    const rows = left.get(heap.oid) ?? 0;
    if (rows === 0) continue;
    if (rows > mostRowsLookedAt) {
      reasons.push(`${formatCount(rows)} in ${heap.id}: too many to look at each`);
    } else {
      reasons.push(...(await reasonsIn(heap, rows, context)));
    }
  }
  return reasons;
}

async function reasonsIn(
  heap: Heap,
  rows: number,
  context: StepContext,
): Promise<string[]> {
  const { deletion, target, tally } = context;
  const { referenced, locked } = await countReasons(heap, rows, context);
  const rest = rows - referenced - locked;
  const reasons: string[] = [];
  if (referenced > 0) {
    const by = deletion.keys.filter(({ onDelete }) => onDelete === 'restrict');
    const names = by.map(({ tableId, name }) => `${tableId} (${name})`).join(', ');
    reasons.push(`${formatCount(referenced)} are still referenced by ${names}`);
  }
  if (locked > 0) {
    const holders = await describeLockHolders(target.database, heap.oid, true);
    const who = holders ? `: ${holders}` : ', who have let them go since';
    reasons.push(`${formatCount(locked)} were locked by others${who}`);
  }
  if (rest > 0) {
    const why =
      tally.keptByTrigger > 0
        ? 'were kept by a trigger'
        : 'came, or were let go, after the walk';
    reasons.push(`${formatCount(rest)} ${why}`);
  }
  return reasons;
}

async function countReasons(
  heap: Heap,
  rows: number,
  { deletion, session, run }: StepContext,
): Promise<{ referenced: number; locked: number }> {
  const { alias, expired } = deletion.scope;
  const count = async (condition: string, lock = '') => {
    const from = `select from only ${heap.id} as ${alias} where ${condition}${lock}`;
    const [row] = await session.limitedQuery<{ rows: number }>(
      `with found as materialized (${from}) select pg_catalog.count(*) as rows from found`,
      [],
      run.window.timeLeftMs(),
    );
    return row?.rows ?? 0;
  };
  const unreferenced = unreferencedSql(deletion.keys, alias);
  const isFree = [expired, unreferenced].filter(Boolean).join(' and ');
  const free = unreferenced === '' ? rows : await count(isFree);
  const unlocked = await count(isFree, ` for update of ${alias} skip locked`);
  return { referenced: Math.max(0, rows - free), locked: Math.max(0, free - unlocked) };
}

function oidsOf(heaps: readonly Heap[]): number[] {
  return heaps.map(({ oid }) => oid);
}
