import pg from 'pg';

/**
 * The SQL condition under which our role may VACUUM and ANALYZE the table `c` of
 * `pg_class`: as its owner, as the owner of the database, or from version 17 on with the
 * privilege MAINTAIN. A superuser passes each of these tests.
 */
export function mayMaintainSql(versionNumber: number): string {
  const ofOwner = `pg_has_role(c.relowner, 'usage')`;
  const ofDatabaseOwner = `(not c.relisshared and pg_has_role((
    select datdba from pg_database where datname = current_database()), 'usage'))`;
  const maintain =
    versionNumber >= 170_000 ? [`has_table_privilege(c.oid, 'maintain')`] : [];
  return `(${[ofOwner, ofDatabaseOwner, ...maintain].join(' or ')})`;
}

/** What to run so that a role may VACUUM and ANALYZE tables of these owners. */
export function maintenanceGrant(
  versionNumber: number,
  owners: readonly string[],
  role: string,
): string {
  const to = `to ${pg.escapeIdentifier(role)}`;
  if (versionNumber >= 170_000) return `Run: grant pg_maintain ${to}`;
  const grants = owners
    .slice(0, 5)
    .map((owner) => `grant ${pg.escapeIdentifier(owner)} ${to}`);
  return `Run: ${grants.join('; ')}${owners.length > 5 ? '; …' : ''}`;
}
