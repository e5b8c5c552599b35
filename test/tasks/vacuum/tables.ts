import type { TestDatabase } from '../../rig/postgres.ts';

type Queryable = Pick<TestDatabase, 'query'>;

interface TableOptions {
  readonly rows?: number;
  /** How many rows are updated after the table was vacuumed and analyzed. */
  readonly dead?: number;
  /** Leave the table as the insert made it: never vacuumed, never analyzed. */
  readonly fresh?: boolean;
  /** Storage options: `autovacuum_vacuum_scale_factor = 0.05`. */
  readonly options?: string;
}

/** Makes a table `public.<name>` (id, note) in a known state, with its counters written. */
export async function makeTable(
  database: Queryable,
  name: string,
  { rows = 1000, dead = 0, fresh = false, options }: TableOptions = {},
): Promise<void> {
  const storage = options ? `with (${options})` : '';
  await database.query(`create table ${name} (id int primary key, note text) ${storage}`);
  await database.query(
    `insert into ${name} select i, 'note ' || i from generate_series(1, ${rows}) i`,
  );
  await flushCounters(database);
  if (!fresh) await database.query(`vacuum (analyze) ${name}`);
  if (dead > 0) {
    await database.query(`update ${name} set note = note || '!' where id <= ${dead}`);
  }
  await flushCounters(database);
}

/** Writes what the session has counted: the server would else wait for up to a second. */
export async function flushCounters(database: Queryable): Promise<void> {
  await database.query('select pg_stat_force_next_flush()');
  await database.query('select 1');
}

/** Makes VACUUM and ANALYZE so slow in a database that they run until they are stopped. */
export async function slowDown(database: TestDatabase): Promise<void> {
  const { name } = database;
  await database.query(`alter database ${name} set vacuum_cost_delay = '100ms'`);
  await database.query(`alter database ${name} set vacuum_cost_limit = 1`);
}
