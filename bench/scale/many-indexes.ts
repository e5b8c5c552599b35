import type { Cluster, TestDatabase } from '../../test/rig/postgres.ts';

const tablesPerTransaction = 500;

/** Creates a database with so many tables of five indexes each, none analyzed yet. */
export async function createIndexedTables(
  cluster: Cluster,
  tables: number,
): Promise<TestDatabase> {
  const database = await cluster.createDatabase();
  for (let from = 1; from <= tables; from += tablesPerTransaction) {
    const upTo = Math.min(tables, from + tablesPerTransaction - 1);
    await database.query(createSql(from, upTo));
  }
  await database.query('select pg_stat_force_next_flush()');
  await database.query('checkpoint');
  return database;
}

function createSql(from: number, upTo: number): string {
  return `
do $$
begin
  for i in ${from}..${upTo} loop
    execute format('create table t%s
      (id int primary key, market int, price int, amount int, note text)', i);
    execute format('insert into t%s
      select i, i, i, i, i from generate_series(1, 5) i', i);
    execute format('create index on t%s (market)', i);
    execute format('create index on t%s (price)', i);
    execute format('create index on t%s (amount)', i);
    execute format('create index on t%s (market, price)', i);
  end loop;
end $$`;
}
