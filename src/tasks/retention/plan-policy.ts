import pg from 'pg';
import { type Finding, finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import type { Step } from '../../core/step.ts';
import { describeLockHolders } from '../../postgres/lock-holders.ts';
import type { Session } from '../../postgres/session.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { chunkColumn, objectionsToChunks, readChunks, tieredRemark } from './chunks.ts';
import { deleteSql, dropCommand } from './commands.ts';
import { conditionProblem } from './condition-check.ts';
import { type Cutoff, expiredSql, makeCutoff, toleratedAheadMs } from './cutoff.ts';
import {
  countingLimits,
  readFigures,
  reported,
  type Scope,
  type TableFigures,
} from './figures.ts';
import {
  fanOutSql,
  findCascades,
  quoted,
  type ReferencingKey,
  readReferencingKeys,
} from './foreign-keys.ts';
import {
  type Objection,
  objectionsToDeleting,
  objectionsToDetaching,
  objectionsToDropping,
  objectionsToTable,
  objectionToCascade,
  objectionToShare,
  refused,
  triggerRemark,
} from './guards.ts';
import { type Heap, leafPartitions, readHeaps } from './heaps.ts';
import { type ChosenMethod, chooseMethod } from './method.ts';
import { rangeColumn, readPartitions } from './partitions.ts';
import { type Choice, chooseParts, keepParts, type Part } from './parts.ts';
import type { Policy } from './policies.ts';
import { type PolicyTable, readPolicyTable } from './policy-table.ts';
import { nothingExpired } from './summary.ts';
import type { RetentionTarget } from './target.ts';
import { whyStep } from './why.ts';

/** What is to be done for a policy that may be carried out. */
export interface Deletion {
  readonly table: PolicyTable;
  readonly method: ChosenMethod;
  readonly cutoff: Cutoff;
  readonly scope: Scope;
  /** The relations from which rows are deleted one by one. */
  readonly heaps: readonly Heap[];
  /** All relations in which rows of the table lie, and those that are compressed. */
  readonly allHeaps: readonly number[];
  readonly compressed: ReadonlySet<number>;
  readonly parts: Choice;
  readonly keys: readonly ReferencingKey[];
  readonly figures: TableFigures;
}

/** A policy as a step of the plan. */
export interface RetentionStep extends Step {
  readonly policy: Policy;
  /** null where the policy is not carried out. */
  readonly deletion: Deletion | null;
}

/** A policy, planned, with what is to be said about it. */
export interface PlannedPolicy {
  readonly step: RetentionStep;
  readonly tableOid: number | null;
  readonly findings: readonly Finding[];
}

interface Context {
  readonly target: RetentionTarget;
  readonly session: Session;
  /** The clock of the database, taken once. */
  readonly now: string;
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
    return skipped(policy, null, [finding('no-such-table', policy.table, message)]);
  }
  try {
    return await planOn(table, policy, context);
  } catch (error) {
    if (context.run.signal.aborted) throw error;
    if (sqlstateOf(error) !== sqlstate.lockNotAvailable) {
      const why = `it could not be looked at: ${messageOf(error)}`;
      return skipped(policy, table, [refused(policy, why)]);
    }
    const holders = await describeLockHolders(database, table.oid, true);
    const message = `${table.id} was locked for longer than lock-timeout: ${holders ?? 'whoever held the lock has let it go since'}.`;
    return skipped(policy, table, [
      finding('table-locked', table.id, message, { severity: 'high' }),
    ]);
  }
}

async function planOn(
  table: PolicyTable,
  policy: Policy,
  context: Context,
): Promise<PlannedPolicy> {
  const { target, session, run } = context;
  const { database } = target;
  const { role } = database.server;
  const objections = objectionsToTable(policy, table, role);
  const { column } = table;
  if (objections.length > 0 || !column?.type) return skipped(policy, table, objections);
  const alias = quoted(table.name);
  if (policy.where !== null) {
    const problem = await conditionProblem(database, table, alias, policy.where);
    if (problem !== null) return skipped(policy, table, [refused(policy, problem)]);
  }
  const byColumn = await dividingColumn(database, table);
  const chosen = chooseMethod(policy, table, { byColumn });
  if (typeof chosen === 'string')
    return skipped(policy, table, [refused(policy, chosen)]);
  const cutoff = await makeCutoff(database, policy, column.type, context.now);
  const aheadMs = Date.parse(context.now) - Date.now();
  if (aheadMs > toleratedAheadMs) objections.push(clockAhead(policy, aheadMs));

  const { method } = chosen;
  const isDropping = method !== 'delete';
  const scope = {
    column: column.id,
    expired: expiredSql(column, cutoff, policy.where),
    alias,
  };
  const parts = await readParts(table, cutoff, policy, byColumn, target);
  const choice: Choice = isDropping
    ? chooseParts(parts, table.kind === 'partitioned')
    : keepParts(parts);
  const allHeaps = await heapsOf(table, parts, database);
  const walked = isDropping
    ? walkedParts(policy, choice).flatMap(({ heaps }) => heaps)
    : without(
        allHeaps,
        choice.kept.flatMap(({ part }) => part.heaps),
      );

  const keys = await readReferencingKeys(database, table.oid);
  if (isDropping) objections.push(...objectionsToDropping(table, role));
  if (walked.length > 0) {
    objections.push(...objectionsToDeleting(policy, table, keys, role));
  }
  if (method === 'detach-partitions') {
    objections.push(...objectionsToDetaching(policy, table, parts, choice.toDrop));
  }
  if (table.kind === 'hypertable') {
    objections.push(
      ...(await objectionsToChunks(database, table, policy, cutoff, method, parts)),
    );
  }
  if (objections.length > 0) return skipped(policy, table, objections);

  const heaps = await readHeaps(database, allHeaps, column);
  const young = new Set(
    parts
      .filter(({ isExpired, isStraddling }) => !isExpired && !isStraddling)
      .flatMap((part) => part.heaps),
  );
  const limits = countingLimits(run, target.inputs['batch-seconds']);
  const compressed = new Set(
    parts.filter(({ isCompressed }) => isCompressed).flatMap((part) => part.heaps),
  );
  const options = {
    isYoung: ({ oid }: Heap) => young.has(oid),
    isCompressed: ({ oid }: Heap) => compressed.has(oid),
  };
  let figures = await readFigures(session, heaps, scope, limits, options);
  // An estimate may be off by half; where it could change the answer, it is not taken.
  if (!figures.isExact && figures.expiredRows > (policy.maxShare / 2) * figures.rows) {
    figures = await readFigures(session, heaps, scope, limits, {
      ...options,
      countsAllRows: true,
    });
  }
  const tooMuch = objectionToShare(policy, figures.expiredRows, figures.rows);
  if (tooMuch) objections.push(tooMuch);
  if (walked.length > 0 && figures.expiredRows > 0) {
    objections.push(...(await cascadeObjections(policy, table, keys, scope, context)));
  }
  const deletion: Deletion = {
    table,
    method,
    cutoff,
    scope,
    heaps: heaps.filter(({ oid }) => walked.includes(oid)),
    allHeaps,
    compressed,
    parts: choice,
    keys,
    figures,
  };
  const step = makeStep(policy, deletion, target);
  if (objections.length > 0) {
    return {
      step: withReason(step, objections),
      tableOid: table.oid,
      findings: objections,
    };
  }
  const hasWork = canDelete(deletion);
  const remarks = [
    ...(hasWork && walked.length > 0 ? triggerRemark(table) : []),
    ...(hasWork ? indexRemark(deletion) : []),
    ...(table.kind === 'hypertable' ? await tieredRemark(database, table) : []),
  ];
  return {
    step: hasWork ? step : { ...step, skipBecause: whyNothing(deletion) },
    tableOid: table.oid,
    findings: remarks,
  };
}

function canDelete({ figures, heaps, parts, method }: Deletion): boolean {
  if (method === 'delete') return figures.expiredRows > 0;
  return parts.toDrop.length > 0 || (heaps.length > 0 && figures.expiredRows > 0);
}

function whyNothing({ figures, parts }: Deletion): string {
  if (figures.expiredRows === 0) return nothingExpired;
  const kept = parts.kept.map(({ part, why }) => `${part.id}: ${why}`).join('; ');
  return kept || 'no part of it has expired as a whole';
}

async function dividingColumn(
  database: RetentionTarget['database'],
  table: PolicyTable,
): Promise<number | null> {
  if (table.kind === 'partitioned') return rangeColumn(database, table);
  if (table.kind === 'hypertable') return chunkColumn(database, table);
  return null;
}

async function readParts(
  table: PolicyTable,
  cutoff: Cutoff,
  policy: Policy,
  byColumn: number | null,
  { database }: RetentionTarget,
): Promise<readonly Part[]> {
  const isDivided = byColumn !== null && byColumn === table.column?.number;
  if (table.kind === 'hypertable') {
    return readChunks(database, table, cutoff, policy, isDivided);
  }
  return isDivided ? readPartitions(database, table, cutoff) : [];
}

/** The parts with younger rows, where their expired ones are to go as well. */
function walkedParts({ straddling }: Policy, choice: Choice): readonly Part[] {
  if (straddling === 'keep') return [];
  return choice.straddling.filter(({ rowObstacle }) => rowObstacle === null);
}

function without(all: readonly number[], left: readonly number[]): number[] {
  return all.filter((oid) => !left.includes(oid));
}

async function heapsOf(
  table: PolicyTable,
  parts: readonly Part[],
  database: RetentionTarget['database'],
): Promise<readonly number[]> {
  if (parts.length > 0 || table.kind === 'hypertable') {
    return parts.flatMap(({ heaps }) => heaps);
  }
  if (table.kind === 'partitioned') return leafPartitions(database, table);
  return [table.oid];
}

async function cascadeObjections(
  policy: Policy,
  table: PolicyTable,
  keys: readonly ReferencingKey[],
  { alias, expired }: Scope,
  { target, run }: Context,
): Promise<Objection[]> {
  const objections: Objection[] = [];
  if (policy.cascade === 'allow') return objections;
  await using held = await target.database.session();
  for (const cascade of await findCascades(target.database, keys)) {
    const sql = fanOutSql(cascade, { id: table.id, alias, expired });
    const [row] = await held.session.limitedQuery<{ rows: number }>(
      sql,
      [],
      run.window.timeLeftMs(),
    );
    const objection = objectionToCascade(policy, cascade, row?.rows ?? 0);
    if (objection) objections.push(objection);
  }
  return objections;
}

function clockAhead(policy: Policy, aheadMs: number): Objection {
  const hours = Math.round((aheadMs / 3_600_000) * 10) / 10;
  return finding(
    'cutoff-in-future',
    policy.table,
    `The clock of the database is ${hours} hours ahead of that of the runner: by ours, the cut-off of ${policy.table} lies that much too late.`,
  );
}

function indexRemark({ table, heaps, scope }: Deletion): Finding[] {
  const without = heaps.filter(({ index }) => index === null);
  if (without.length === 0) return [];
  return [
    finding(
      'unindexed-column',
      table.id,
      `No index of ${table.id} begins with ${scope.column}: it is read from its first page to its last.`,
      {
        remedy: `Where that takes too long: create index concurrently on ${table.id} (${scope.column})`,
      },
    ),
  ];
}

/** What deleting a row takes, pauses apart: measured with three indexes, in memory. */
const secondsPerRow = 4e-6;

function makeStep(
  policy: Policy,
  deletion: Deletion,
  target: RetentionTarget,
): RetentionStep {
  const { table, cutoff, figures, method, scope, parts } = deletion;
  const { pause } = target.inputs;
  const rows = method === 'delete' ? figures.expiredRows : 0;
  return {
    id: table.id,
    command:
      method === 'delete'
        ? deleteSql(table.id, scope)
        : dropCommand(table, method, parts, cutoff),
    why: whyStep(policy, deletion),
    workBytes: figures.expiredBytes,
    usualSeconds: rows * secondsPerRow * (1 + pause),
    locks: [String(table.oid)],
    before: { ...reported(figures), cutoff: cutoff.time },
    isDivisible: true,
    policy,
    deletion,
  };
}

function withReason(
  step: RetentionStep,
  objections: readonly Objection[],
): RetentionStep {
  const skipBecause = objections
    .map(({ message }) => message.replace(/\.$/, ''))
    .join('; ');
  return { ...step, skipBecause, deletion: null };
}

/** A policy that is not carried out: all that speaks against it. */
function skipped(
  policy: Policy,
  table: PolicyTable | null,
  objections: readonly Objection[],
): PlannedPolicy {
  const id = table?.id ?? policy.table;
  const step: RetentionStep = {
    id,
    command: `DELETE FROM ${id} WHERE ${pg.escapeIdentifier(policy.column)} < now() - interval ${pg.escapeLiteral(policy.keep)}`,
    why: `keep ${policy.keep}`,
    workBytes: 0,
    locks: [id],
    policy,
    deletion: null,
  };
  const tableOid = table?.oid ?? null;
  return { step: withReason(step, objections), tableOid, findings: objections };
}
