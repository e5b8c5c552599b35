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

/**
 * The SQL condition under which our role may REINDEX the indexes of the table `c` of
 * `pg_class`: as its owner, or from version 17 on with the privilege MAINTAIN. Below, not
 * even the owner of the database may rebuild a single index.
 */
export function mayReindexSql(versionNumber: number): string {
  const maintain =
    versionNumber >= 170_000 ? ` or has_table_privilege(c.oid, 'maintain')` : '';
  return `(pg_has_role(c.relowner, 'usage')${maintain})`;
}

/** Who owns tables. */
export interface Owner {
  readonly name: string;
  readonly isSuperuser: boolean;
}

/**
 * What to run so that a role may VACUUM and ANALYZE tables of these owners. Nobody is
 * advised to make it a member of a superuser.
 */
export function maintenanceGrant(
  versionNumber: number,
  owners: readonly Owner[],
  role: string,
): string {
  const to = `to ${pg.escapeIdentifier(role)}`;
  if (versionNumber >= 170_000) return `Run: grant pg_maintain ${to}`;
  const ordinary = owners.filter(({ isSuperuser }) => !isSuperuser);
  if (ordinary.length === 0) {
    return `Their owner is a superuser: give the tables to another role, or connect as the owner of the database`;
  }
  const grants = ordinary
    .slice(0, 5)
    .map(({ name }) => `grant ${pg.escapeIdentifier(name)} ${to}`);
  return `Run: ${grants.join('; ')}${ordinary.length > 5 ? '; …' : ''}`;
}
