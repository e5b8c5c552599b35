import pg from 'pg';

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

/**
 * The SQL condition under which our role may VACUUM and ANALYZE the table `c` of
 * `pg_class`: as it may REINDEX, and also as the owner of the database. A superuser passes
 * each of these tests.
 */
export function mayMaintainSql(versionNumber: number): string {
  const ofDatabaseOwner = `(not c.relisshared and pg_has_role((
    select datdba from pg_database where datname = current_database()), 'usage'))`;
  return `(${mayReindexSql(versionNumber)} or ${ofDatabaseOwner})`;
}

/** Who owns tables. */
export interface Owner {
  readonly name: string;
  readonly isSuperuser: boolean;
}

/**
 * What to run so that a role may maintain tables of these owners; nothing where none of that
 * would do: nobody is advised to make it a member of a superuser.
 */
export function maintenanceGrants(
  versionNumber: number,
  owners: readonly Owner[],
  role: string,
): string[] {
  const to = `to ${pg.escapeIdentifier(role)}`;
  if (versionNumber >= 170_000) return [`grant pg_maintain ${to}`];
  const ordinary = owners.filter(({ isSuperuser }) => !isSuperuser);
  return [
    ...ordinary.slice(0, 5).map(({ name }) => `grant ${pg.escapeIdentifier(name)} ${to}`),
    ...(ordinary.length > 5 ? ['…'] : []),
  ];
}

/** The same for VACUUM and ANALYZE, for people. */
export function maintenanceGrant(
  versionNumber: number,
  owners: readonly Owner[],
  role: string,
): string {
  const grants = maintenanceGrants(versionNumber, owners, role);
  return grants.length > 0
    ? `Run: ${grants.join('; ')}`
    : 'Their owner is a superuser: give the tables to another role, or connect as the owner of the database';
}
