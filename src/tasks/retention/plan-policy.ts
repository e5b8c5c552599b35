import { type Finding, finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import { whoLocked } from '../../postgres/lock-holders.ts';
import type { Session } from '../../postgres/session.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { tieredRemark, timescaleSchema } from './chunks.ts';
import { conditionProblem } from './condition-check.ts';
import { type Clock, expiredSql, makeCutoff } from './cutoff.ts';
import type { Deletion, PlannedPolicy } from './deletion.ts';
import { type Division, divide, dividingColumn } from './division.ts';
import {
  certain,
  readFigures,
  rowsIn,
  type Scope,
  type TableFigures,
} from './figures.ts';
import { quoted, readReferencingKeys } from './foreign-keys.ts';
import {
  indexRemark,
  type Objection,
  objectionsToTable,
  objectionToClock,
  objectionToShare,
  refused,
  triggerRemark,
} from './guards.ts';
import { type Heap, readHeaps } from './heaps.ts';
import { makeStep, refusedPolicy, refusedStep, unplanned } from './make-step.ts';
import { chooseMethod } from './method.ts';
import { objectionsBeforeCounting, objectionsToCascades } from './objections.ts';
import type { Policy } from './policies.ts';
import { type PolicyTable, readPolicyTable } from './policy-table.ts';
import { inOwnPath, rangeByRange } from './row-mode.ts';
import { nothingExpired } from './summary.ts';
import type { RetentionTarget } from './target.ts';

interface Context {
  readonly target: RetentionTarget;
  readonly session: Session;
  /** The clock of the database, read once for all policies. */
  readonly clock: Clock;
  readonly run: Run;
}

/** Makes the step of a policy. What speaks against it is all looked for, then said. */
export async function planPolicy(
  policy: Policy,
  context: Context,
): Promise<PlannedPolicy> {
  const { database } = context.target;
  const table = await readPolicyTable(database, policy.table, policy.column);
  if (typeof table === 'string') {
    const message = `The policy for ${policy.table}: ${table}.`;
    const remedy = 'Correct the name in the policy, or take the policy out of the list.';
    return refusedPolicy(policy, null, [
      finding('no-such-table', policy.table, message, { remedy }),
    ]);
  }
  try {
    return await planOn(table, policy, context);
  } catch (error) {
    context.run.signal.throwIfAborted();
    // What is not planned by the deadline is carried over, as all that does not fit.
    if (context.run.window.timeLeftMs() === 0) return unplanned(policy, table);
    return refusedPolicy(policy, table, [await unseen(error, policy, table, context)]);
  }
}

async function unseen(
  error: unknown,
  policy: Policy,
  { oid, id }: PolicyTable,
  { target }: Context,
): Promise<Objection> {
  if (sqlstateOf(error) !== sqlstate.lockNotAvailable) {
    return refused(policy, `it could not be looked at: ${messageOf(error)}`);
  }
  const holders = await whoLocked(target.database, oid, true);
  const message = `${id} was locked for longer than lock-timeout: ${holders}.`;
  return finding('table-locked', id, message, { severity: 'high' });
}

async function planOn(
  table: PolicyTable,
  policy: Policy,
  context: Context,
): Promise<PlannedPolicy> {
  const { target, session, clock, run } = context;
  const { database } = target;
  const { column } = table;
  const wrong = objectionsToTable(policy, table);
  if (wrong.length > 0 || !column?.type) return refusedPolicy(policy, table, wrong);
  const alias = quoted(table.name);
  const byColumn = await dividingColumn(database, table);
  const chosen = chooseMethod(policy, table, byColumn);
  const problem =
    (await inOwnPath(session, () =>
      conditionProblem(session, table, alias, policy.where),
    )) ?? (typeof chosen === 'string' ? chosen : null);
  if (problem !== null || typeof chosen === 'string') {
    return refusedPolicy(policy, table, [refused(policy, problem ?? '')]);
  }
  const { method } = chosen;
  const cutoff = await makeCutoff(database, policy, column.type, clock);
  const scope = { column: column.id, ...expiredSql(column, cutoff, policy.where), alias };
  const division = await divide(database, table, policy, method, cutoff, byColumn);
  const heaps = await readHeaps(database, division.allHeaps, column);
  const keys = await readReferencingKeys(database, [table.oid, ...division.walked]);
  const planned = { policy, table, method, cutoff, division, heaps, keys };
  const before = await objectionsBeforeCounting(planned, target, run);
  const early = [...objectionToClock(policy, clock, Date.now()), ...before.objections];
  if (early.length > 0) return refusedPolicy(policy, table, early);

  const compressed = oidsIn(division, ({ isCompressed }) => isCompressed);
  const figures = await rangeByRange(session, () =>
    count(heaps, scope, division, compressed, policy, context),
  );
  const due = new Set([
    ...division.walked,
    ...division.choice.toDrop.flatMap((part) => part.heaps),
  ]);
  const deletion: Deletion = {
    table,
    method,
    cutoff,
    scope,
    heaps: heaps.filter(({ oid }) => division.walked.includes(oid)),
    compressed,
    parts: division.choice,
    keys,
    figures,
    dueRows: rowsIn(due, figures.expiredOf),
    hasUnsettled: before.hasUnsettled,
  };
  const objections = [
    ...objectionToShare(policy, deletion.dueRows, figures.rows),
    ...(deletion.heaps.length > 0 && figures.expiredRows > 0
      ? await inOwnPath(session, () =>
          objectionsToCascades(planned, scope, session, target, run),
        )
      : []),
  ];
  const schema = method === 'drop-chunks' ? await timescaleSchema(database) : '';
  const step = makeStep(policy, deletion, target, schema);
  if (objections.length > 0) {
    return {
      step: refusedStep(step, objections),
      tableOid: table.oid,
      findings: objections,
    };
  }
  const tiered = table.kind === 'hypertable' ? await tieredRemark(database, table) : [];
  const idle = whyIdle(deletion);
  return {
    step: idle === null ? step : { ...step, skipBecause: idle },
    tableOid: table.oid,
    findings: [...(idle === null ? remarks(deletion) : []), ...tiered],
  };
}

function oidsIn(
  { parts }: Division,
  isMeant: (part: Division['parts'][number]) => boolean,
): ReadonlySet<number> {
  return new Set(parts.filter(isMeant).flatMap(({ heaps }) => heaps));
}

/** Counts what has expired, and makes sure that it is no more than may be deleted. */
async function count(
  heaps: readonly Heap[],
  scope: Scope,
  division: Division,
  compressed: ReadonlySet<number>,
  { maxShare }: Policy,
  { session, target, run }: Context,
): Promise<TableFigures> {
  const young = oidsIn(division, (part) => !part.isExpired && !part.isStraddling);
  const options = {
    isYoung: ({ oid }: Heap) => young.has(oid),
    isCompressed: ({ oid }: Heap) => compressed.has(oid),
  };
  const pieceSeconds = target.inputs['batch-seconds'];
  const figures = await readFigures(session, heaps, scope, pieceSeconds, run, options);
  return certain(figures, maxShare, session, heaps, scope, pieceSeconds, run, options);
}

/** Why there is nothing to do under a policy; null where there is. */
function whyIdle({
  figures,
  heaps,
  parts,
  method,
  hasUnsettled,
}: Deletion): string | null {
  const hasWork =
    hasUnsettled ||
    parts.toDrop.length > 0 ||
    (figures.expiredRows > 0 && (heaps.length > 0 || method === 'delete'));
  if (hasWork) return null;
  if (figures.expiredRows === 0) return nothingExpired;
  const kept = parts.kept.map(({ part, why }) => `${part.id}: ${why}`).join('; ');
  return kept || 'no part of it has expired as a whole';
}

function remarks(deletion: Deletion): Finding[] {
  const { table, heaps, scope } = deletion;
  if (heaps.length === 0) return [];
  return [...triggerRemark(table.id, heaps), ...indexRemark(table, heaps, scope.column)];
}
