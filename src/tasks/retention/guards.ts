import pg from 'pg';
import { type Finding, finding } from '../../core/finding.ts';
import { formatCount, formatSeconds, formatShare } from '../../core/units.ts';
import { detachSql } from './commands.ts';
import type { Clock } from './cutoff.ts';
import type { Cascade, ReferencingKey } from './foreign-keys.ts';
import { missingIndexSql } from './foreign-keys.ts';
import type { Heap } from './heaps.ts';
import type { Part } from './parts.ts';
import type { Policy } from './policies.ts';
import type { PolicyTable } from './policy-table.ts';

/** A finding for which a policy is not carried out. */
export type Objection = Finding;

/** A policy that does not fit the table that it names. */
export function refused(
  policy: Pick<Policy, 'table'>,
  message: string,
  remedy?: string,
): Objection {
  return finding('policy-refused', policy.table, `${policy.table}: ${message}.`, {
    ...(remedy !== undefined && { remedy }),
  });
}

function isSystemSchema(name: string): boolean {
  return name.startsWith('pg_') || name === 'information_schema';
}

/** What speaks against deleting from a table at all, whatever the method. */
export function objectionsToTable(policy: Policy, table: PolicyTable): Objection[] {
  const { column } = table;
  const objections: Objection[] = [];
  if (!column) {
    objections.push(
      refused(
        policy,
        `it has no column ${policy.column}`,
        'Correct the name of the column.',
      ),
    );
  } else if (!column.type) {
    objections.push(
      refused(
        policy,
        `its column ${column.id} is of type ${column.typeName}, which tells no time`,
        'Name a column of type timestamptz, timestamp or date.',
      ),
    );
  }
  if (isSystemSchema(table.schema)) {
    objections.push(refused(policy, 'it belongs to the server itself'));
  }
  return objections;
}

/** What stands between our role and the rows that are to be counted or deleted. */
export function objectionsToHeaps(
  policy: Policy,
  heaps: readonly Heap[],
  walked: readonly number[],
  role: string,
): Objection[] {
  const objections: Objection[] = [];
  const hidden = heaps.find(({ rights }) => rights.hidesRows);
  if (hidden) {
    objections.push(
      refused(
        policy,
        `row security hides rows of ${hidden.id} from role ${role}, so that nothing could be proved`,
        `Run: alter role ${pg.escapeIdentifier(role)} bypassrls`,
      ),
    );
  }
  const entered = heaps.filter(({ oid }) => walked.includes(oid));
  if (entered.some(({ rights }) => rights.hasDeleteRules)) {
    objections.push(
      refused(
        policy,
        'a rule turns every DELETE on it into something else',
        'Drop the rule, or delete by hand.',
      ),
    );
  }
  return [...objections, ...missingPrivileges(policy, heaps, walked, role)];
}

function missingPrivileges(
  { table }: Policy,
  heaps: readonly Heap[],
  walked: readonly number[],
  role: string,
): Objection[] {
  const lacks = ({ oid, rights }: Heap) =>
    rights.missingPrivileges.filter((one) => one === 'select' || walked.includes(oid));
  const lacking = heaps.filter((heap) => lacks(heap).length > 0);
  if (lacking.length === 0) return [];
  // It takes `update` to lock a row, by which those of others are passed over.
  const privileges = [...new Set(lacking.flatMap(lacks))].join(', ');
  const ids = lacking.slice(0, 20).map(({ id }) => id);
  const more = lacking.length > 20 ? ', …' : '';
  return [
    finding(
      'not-owner',
      table,
      `Role ${role} may not delete from ${ids.join(', ')}${more}: it lacks ${privileges}.`,
      {
        severity: 'high',
        remedy: `Run: grant ${privileges} on ${ids.join(', ')}${more} to ${pg.escapeIdentifier(role)}`,
      },
    ),
  ];
}

/** What speaks against deleting row by row. */
export function objectionsToDeleting(
  policy: Policy,
  table: PolicyTable,
  keys: readonly ReferencingKey[],
): Objection[] {
  const objections: Objection[] = [];
  if (table.hasChildren) {
    objections.push(
      refused(
        policy,
        'other tables inherit from it',
        'Give each of them a policy of its own, or turn it into a partitioned table.',
      ),
    );
  }
  return [
    ...objections,
    ...keys
      .filter(({ isIndexed }) => !isIndexed)
      .map((key) => unindexedKey(table.id, key)),
  ];
}

/** What speaks against dropping chunks or partitions: only the owner may. */
export function objectionsToDropping(table: PolicyTable, role: string): Objection[] {
  if (table.isOwner) return [];
  return [
    finding(
      'not-owner',
      table.id,
      `Role ${role} may not drop parts of ${table.id}: only its owner ${table.owner} may.`,
      {
        severity: 'high',
        remedy: table.isOwnerSuperuser
          ? 'Its owner is a superuser: give the table to another role, and let the run be a member of that.'
          : `Run: grant ${pg.escapeIdentifier(table.owner)} to ${pg.escapeIdentifier(role)}`,
      },
    ),
  ];
}

/** Beside a partition that is half detached, the server refuses to detach another one. */
export function objectionsToDetaching(
  policy: Policy,
  { id }: PolicyTable,
  parts: readonly Part[],
  toDetach: readonly Part[],
): Objection[] {
  return parts
    .filter((part) => part.isDetachPending && !toDetach.includes(part))
    .map((part) =>
      refused(
        policy,
        `${part.id} has not expired, and somebody has begun to detach it`,
        `Wait for him, or run: ${detachSql({ id }, part, true)}`,
      ),
    );
}

function unindexedKey(id: string, key: ReferencingKey): Objection {
  const { tableId, name, columns } = key;
  return finding(
    'unindexed-foreign-key',
    tableId,
    `${tableId} has a foreign key without an index, ${name} (${columns.join(', ')}): for each row that is deleted from ${id}, the server would read all of ${tableId}.`,
    { remedy: `Run: ${missingIndexSql(key)}` },
  );
}

/** The guard against a wrong column, a wrong duration, a wrong table. */
export function objectionToShare(
  policy: Policy,
  expiredRows: number,
  rows: number,
): Objection[] {
  if (expiredRows <= policy.maxShare * rows) return [];
  const share = formatShare(expiredRows / Math.max(1, rows));
  return [
    finding(
      'over-max-share',
      policy.table,
      `${formatCount(expiredRows)} of the ${formatCount(rows)} rows of ${policy.table} would go, ${share}; max-share is ${formatShare(policy.maxShare)}.`,
    ),
  ];
}

/** The database's clock may be so far ahead of ours; then rows would go too young. */
const toleratedAheadMs = 3_600_000;

/** @param ourMs the clock of this machine */
export function objectionToClock(
  policy: Policy,
  { unixMs }: Pick<Clock, 'unixMs'>,
  ourMs: number,
): Objection[] {
  const aheadMs = unixMs - ourMs;
  if (aheadMs <= toleratedAheadMs) return [];
  const ahead = formatSeconds(aheadMs / 1000);
  return [
    finding(
      'cutoff-in-future',
      policy.table,
      `The clock of the database is ahead of that of the runner by ${ahead}, and the cut-off of ${policy.table} lies that much too late.`,
    ),
  ];
}

/** The archive cannot be looked into; nothing is begun then. */
export function archiveUnreachable(id: string, url: string, why: string): Objection {
  const message = `${id}: its archive ${url} cannot be used: ${why}`;
  return finding('archive-failed', id, message.endsWith('.') ? message : `${message}.`);
}

/** @param rows how many the cascade would delete or change */
export function objectionToCascade(
  policy: Policy,
  { path }: Cascade,
  rows: number,
): Objection | null {
  const last = path.at(-1);
  if (policy.cascade === 'allow' || rows === 0 || !last) return null;
  const does = last.onDelete === 'cascade' ? 'delete' : `change (${last.onDelete})`;
  const names = path.map(({ name }) => name).join(' → ');
  return finding(
    'cascade-refused',
    last.tableId,
    `Deleting the expired rows of ${policy.table} would also ${does} ${formatCount(rows)} rows of ${last.tableId}, by ${names}.`,
  );
}

/** Names the triggers that deleting fires. */
export function triggerRemark(id: string, heaps: readonly Heap[]): Finding[] {
  const triggers = [...new Set(heaps.flatMap(({ rights }) => rights.triggers))];
  if (triggers.length === 0) return [];
  const names = `trigger${triggers.length === 1 ? '' : 's'} ${triggers.join(', ')}`;
  return [finding('trigger-fires', id, `Deleting from ${id} fires the ${names}.`)];
}

/** Says so where the table has to be read as a whole. */
export function indexRemark(
  { id }: PolicyTable,
  heaps: readonly Heap[],
  column: string,
): Finding[] {
  if (heaps.every(({ index }) => index !== null)) return [];
  return [
    finding(
      'unindexed-column',
      id,
      `No index of ${id} begins with ${column}: it is read from its first page to its last.`,
      {
        remedy: `Where that takes too long: create index concurrently on ${id} (${column})`,
      },
    ),
  ];
}
