import pg from 'pg';
import { type Finding, finding } from '../../core/finding.ts';
import { Refusal } from '../../core/task.ts';
import { formatBytes, formatCount } from '../../core/units.ts';
import type { ServerFacts } from '../../postgres/database.ts';
import { maintenanceGrant } from '../../postgres/privileges.ts';
import { describeEvidence } from './evidence-words.ts';
import type { Index } from './indexes.ts';
import type { Judgement } from './judge.ts';

/** A pattern that matches nothing is a typing error, or an object that is gone. */
export function noSuch(what: 'index' | 'table', pattern: string): Finding {
  const [input, code] =
    what === 'index'
      ? (['indexes', 'no-such-index'] as const)
      : (['tables', 'no-such-table'] as const);
  const none = what === 'index' ? 'no index' : 'no table';
  return finding(
    code,
    pattern,
    `The input ${input} names ${pattern}, and ${none} of this database matches it.`,
  );
}

/** Whether our role may rebuild an index by its name. */
export function isPermitted({ mayName, table }: Index): boolean {
  return mayName && table.mayReindex;
}

/** Leaving out all indexes of a database would be a green lie. */
export function refuseIfNothingIsPermitted(
  indexes: readonly Index[],
  server: ServerFacts,
): void {
  const refused = indexes.filter((index) => !isPermitted(index));
  if (refused.length === 0 || refused.length < indexes.length) return;
  throw new Refusal(
    'permission-denied',
    `Role ${server.role} may rebuild none of the ${formatCount(refused.length)} indexes of database ${server.database}. ${grantsFor(refused, server)}.`,
    { findings: notOwner(refused, true, server) },
  );
}

/** Folds the indexes that our role may not rebuild into one finding. */
export function notOwner(
  refused: readonly Index[],
  isGrave: boolean,
  server: ServerFacts,
): Finding[] {
  if (refused.length === 0) return [];
  const owners = ownersOf(refused);
  const count =
    refused.length === 1 ? '1 index' : `${formatCount(refused.length)} indexes`;
  return [
    finding(
      'not-owner',
      `role ${server.role}`,
      `Role ${server.role} may not rebuild ${count} (owned by ${listed(owners.map(({ name }) => name))}): ${listed(refused.map(({ id }) => id))}. They were left out of the plan.`,
      {
        severity: isGrave ? 'high' : 'low',
        remedy: grantsFor(refused, server),
      },
    ),
  ];
}

/** What to run so that our role may rebuild these indexes. */
function grantsFor(refused: readonly Index[], server: ServerFacts): string {
  const foreign = refused.filter(({ table }) => !table.mayReindex);
  const schemas = new Set(
    refused.filter(({ mayName }) => !mayName).map(({ schema }) => schema),
  );
  const { role, versionNumber } = server;
  const usage = [...schemas].map(
    (schema) =>
      `grant usage on schema ${pg.escapeIdentifier(schema)} to ${pg.escapeIdentifier(role)}`,
  );
  if (foreign.length === 0) return `Run: ${usage.join('; ')}`;
  return [maintenanceGrant(versionNumber, ownersOf(foreign), role), ...usage].join('; ');
}

/** Bloated, and over `max-size`. */
export function overMaxSize({ index, evidence }: Judgement, maxBytes: number): Finding {
  const known = evidence ? describeEvidence(evidence) : 'unknown bloat';
  return finding(
    'over-max-size',
    index.id,
    `${index.id} has ${known}; with ${formatBytes(index.bytes ?? 0)} it is over max-size (${formatBytes(maxBytes)}).`,
    {
      remedy: `In a window that is long enough, run: reindex index concurrently ${index.id}`,
    },
  );
}

/** One finding for each table whose indexes are left alone until it is vacuumed. */
export function vacuumFirst(judgements: readonly Judgement[]): Finding[] {
  const byTable = Map.groupBy(judgements, ({ index }) => index.table.id);
  return [...byTable].map(([table, affected]) =>
    finding(
      'vacuum-first',
      table,
      `${table} is due for an anti-wraparound vacuum, which a rebuild would keep waiting; not rebuilt: ${listed(affected.map(({ index }) => index.id))}.`,
      { remedy: `Run: vacuum (freeze) ${table}` },
    ),
  );
}

/** Why an index can never be rebuilt concurrently; null where it can. */
export function whyNotConcurrently({ isExclusion, table }: Index): string | null {
  if (table.isCatalog) return 'it belongs to a system catalog';
  return isExclusion ? 'it backs an exclusion constraint' : null;
}

/** Reports an index that cannot be rebuilt concurrently. */
export function notSupported({ index, evidence }: Judgement, isNamed: boolean): Finding {
  const why = whyNotConcurrently(index) ?? '';
  const known = evidence ? ` It has ${describeEvidence(evidence)}.` : '';
  return finding(
    'not-supported-concurrently',
    index.id,
    `${index.id} cannot be rebuilt concurrently: ${why}.${known}`,
    {
      ...(isNamed && { severity: 'high' }),
      remedy: `When nobody needs ${index.table.id}, run: reindex index ${index.id}`,
    },
  );
}

function listed(names: readonly string[], max = 10): string {
  const sorted = names.toSorted();
  const more = sorted.length > max ? ` and ${formatCount(sorted.length - max)} more` : '';
  return sorted.slice(0, max).join(', ') + more;
}

function ownersOf(indexes: readonly Index[]) {
  const owners = new Map(
    indexes.map(({ table }) => [
      table.owner,
      { name: table.owner, isSuperuser: table.ownerIsSuperuser },
    ]),
  );
  return [...owners.values()];
}
