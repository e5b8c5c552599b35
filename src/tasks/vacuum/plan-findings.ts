import { type Finding, finding } from '../../core/finding.ts';
import { Refusal } from '../../core/task.ts';
import type { Database, ServerFacts } from '../../postgres/database.ts';
import { describeLockHolders } from '../../postgres/lock-holders.ts';
import type { NameFilter } from '../../postgres/name-filter.ts';
import { maintenanceGrant, type Owner } from '../../postgres/privileges.ts';
import { isSystemSchema, type Relation } from './relations.ts';

/**
 * Leaving out some tables is a finding; leaving out all tables of a database would be a
 * green lie.
 */
export function refuseIfNothingIsPermitted(
  considered: readonly Relation[],
  findings: readonly Finding[],
  server: ServerFacts,
): void {
  if (considered.length === 0 || considered.some(({ mayMaintain }) => mayMaintain)) {
    return;
  }
  const grant = maintenanceGrant(server.versionNumber, ownersOf(considered), server.role);
  throw new Refusal(
    'permission-denied',
    `Role ${server.role} may vacuum none of the ${considered.length} tables of database ${server.database}. ${grant}.`,
    { findings },
  );
}

/** A pattern that matches nothing is a typing error, or a table that is gone. */
export function noSuchTable(pattern: string): Finding {
  return finding(
    'no-such-table',
    pattern,
    `The input tables names ${pattern}, and no table of this database matches it.`,
  );
}

/**
 * Folds the tables that need work which our role may not do into one finding: a grave one
 * where the input names one of them, or none that it means is ours to vacuum.
 */
export function notOwner(
  needy: readonly Relation[],
  considered: readonly Relation[],
  filter: NameFilter,
  server: ServerFacts,
): Finding[] {
  // Only a superuser owns the system tables; autovacuum takes care of them.
  const refused = needy.filter(
    ({ mayMaintain, schema }) => !mayMaintain && !isSystemSchema(schema),
  );
  if (refused.length === 0) return [];
  const isGrave =
    refused.some((table) => filter.names(table)) ||
    !considered.some(({ mayMaintain }) => mayMaintain);
  const ids = refused.map(({ id }) => id).sort();
  const shown = ids.slice(0, 10).join(', ') + (ids.length > 10 ? ', …' : '');
  const owners = ownersOf(refused);
  const names = owners.map(({ name }) => name);
  const tables = ids.length === 1 ? '1 table needs' : `${ids.length} tables need`;
  return [
    finding(
      'not-owner',
      `role ${server.role}`,
      `${tables} work that role ${server.role} may not do (owned by ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}): ${shown}. They were left out of the plan.`,
      {
        severity: isGrave ? 'high' : 'low',
        remedy: maintenanceGrant(server.versionNumber, owners, server.role),
      },
    ),
  ];
}

/** A few system tables are kept from all but superusers; autovacuum analyzes those. */
export function unseenStatistics(
  considered: readonly Relation[],
  { role }: ServerFacts,
): Finding[] {
  const unseen = considered.filter(
    ({ mayMaintain, lacksStatistics, schema }) =>
      mayMaintain && lacksStatistics === null && !isSystemSchema(schema),
  );
  const [first] = unseen;
  if (!first) return [];
  const tables =
    unseen.length === 1 ? first.id : `${unseen.length} tables, such as ${first.id}`;
  return [
    finding(
      'not-checked',
      'missing statistics',
      `Whether statistics are missing is not known of ${tables}: role ${role} may not read them.`,
      {
        remedy: `Run: grant pg_read_all_data to "${role}", or grant select on these tables.`,
      },
    ),
  ];
}

/** Says beforehand who uses the tables that are to be rewritten: their lock must wait. */
export async function tablesInUse(
  rewritten: readonly { id: string; oid: number }[],
  database: Database,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, oid } of rewritten) {
    const holders = await describeLockHolders(database, oid, true);
    if (holders === null) continue;
    const message = `${id} is in use, and is to be rewritten: ${holders}. It waits for them no longer than lock-timeout.`;
    findings.push(finding('table-locked', id, message));
  }
  return findings;
}

function ownersOf(relations: readonly Relation[]): Owner[] {
  const owners = relations.map(({ owner, ownerIsSuperuser }): [string, Owner] => [
    owner,
    { name: owner, isSuperuser: ownerIsSuperuser },
  ]);
  return [...new Map(owners).values()];
}
