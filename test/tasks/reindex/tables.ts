import type { TestDatabase } from '../../rig/postgres.ts';

type Queryable = Pick<TestDatabase, 'query'>;

interface TableOptions {
  readonly rows?: number;
  /** Per cent of the rows that a delete takes away, evenly from everywhere. */
  readonly deleted?: number;
  /** What follows `create index on <name>`, for the index `<name>_index`. */
  readonly index?: string;
  readonly unique?: boolean;
}

/** Makes a table `public.<name>` (id, note) with an index `<name>_index`, as bloated as asked. */
export async function makeIndexed(
  database: Queryable,
  name: string,
  { rows = 20_000, deleted = 0, index = '(id)', unique = false }: TableOptions = {},
): Promise<void> {
  const kind = unique ? 'unique index' : 'index';
  await database.query(`\
create table ${name} (id bigint, note text);
insert into ${name} select i, 'note ' || i from generate_series(1, ${rows}) i;
create ${kind} ${name}_index on ${name} ${index}`);
  await settle(database, name);
  if (deleted === 0) return;
  await database.query(`delete from ${name} where id % 100 < ${deleted}`);
  await settle(database, name);
}

/** Vacuums and analyzes a table, and writes what the session has counted. */
export async function settle(database: Queryable, name: string): Promise<void> {
  for (const sql of ['select 1', `vacuum (analyze) ${name}`]) {
    await database.query('select pg_stat_force_next_flush()');
    await database.query(sql);
  }
  await database.query('select pg_stat_force_next_flush()');
  await database.query('select 1');
}

/** Installs what the stages of evidence need. */
export async function installEvidence(database: Queryable): Promise<void> {
  for (const name of ['pageinspect', 'pgstattuple']) {
    await database.query(`create extension ${name}`);
  }
}

/** The names of all invalid indexes, sorted. */
export async function invalidIndexes(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(`\
select x.relname as name from pg_index i join pg_class x on x.oid = i.indexrelid
where not i.indisvalid order by 1`);
  return rows.map(({ name }) => name);
}

/** Leaves an invalid index as a rebuild that was broken off does. */
export async function leaveInvalid(database: TestDatabase, index: string): Promise<void> {
  const reader = await database.connect();
  await reader.query('begin isolation level repeatable read; select from pg_class');
  const victim = await database.connect();
  await victim.query(`set lock_timeout = '50ms'`);
  // It builds the new index, then fails to wait for the reader's snapshot.
  await victim.query(`reindex index concurrently ${index}`).catch(() => {});
  await reader.query('rollback');
  await Promise.all([reader.end(), victim.end()]);
}

/** Waits until a condition in the database holds. */
export async function until(
  database: Queryable,
  condition: string,
  values: readonly unknown[] = [],
): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ yes: boolean }>(
      `select (${condition}) as yes`,
      [...values],
    );
    if (rows[0]?.yes) return;
  }
}
