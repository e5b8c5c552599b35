import type { Cluster } from '../test/rig/postgres.ts';
import type { TestDatabase } from '../test/rig/test-database.ts';

/** More would need more locks in a transaction than a server has by default. */
const tablesPerTransaction = 100;

/** Creates a database with so many tables, in good order but for each tenth one. */
export async function createTables(
  cluster: Cluster,
  count: number,
): Promise<TestDatabase> {
  const database = await cluster.createDatabase();
  for (let from = 0; from < count; from += tablesPerTransaction) {
    const upTo = Math.min(count, from + tablesPerTransaction);
    const numbers = Array.from({ length: upTo - from }, (_, index) => from + index);
    await database.query(numbers.map(createSql).join(''));
  }
  await flush(database);
  await database.query('vacuum (analyze)');
  const due = Array.from({ length: count / 10 }, (_, index) => `t${index * 10}`);
  await database.query(due.map((name) => `delete from ${name} where id <= 80;`).join(''));
  await flush(database);
  return database;
}

function createSql(number: number): string {
  return `
create table t${number} (
  id bigint primary key, market_id int, price numeric, payload jsonb, created_at timestamptz
);
create index on t${number} (market_id, created_at);
insert into t${number} select i, i % 8, i, '{}', '2026-01-01' from generate_series(1, 100) i;
`;
}

async function flush(database: TestDatabase): Promise<void> {
  await database.query('select pg_stat_force_next_flush()');
}
