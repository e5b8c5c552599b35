import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import type { Cluster } from '../../../test/rig/postgres.ts';

const uniqueViolation = '23505';

/** Fills a new server with the database `matchbook`, as months without care leave it. */
export async function fill(cluster: Cluster): Promise<void> {
  await run(cluster, 'roles.sql', 'postgres');
  for (const file of ['schema.sql', 'rows.sql', 'tidy.sql', 'wear.sql']) {
    await run(cluster, file);
  }
  const client = await cluster.connect({ database: 'matchbook' });
  await leaveInvalidIndex(client);
  await client.end();
}

/**
 * Runs the statements of a file in a session of its own, one by one, because VACUUM refuses
 * to share a transaction.
 */
export async function run(
  cluster: Cluster,
  file: string,
  database = 'matchbook',
): Promise<void> {
  const text = await readFile(new URL(file, import.meta.url), 'utf8');
  const client = await cluster.connect({ database });
  for (const statement of text.split(/;$/m)) {
    if (statement.trim() !== '') await client.query(statement);
  }
  // What the session has counted must reach the server before a vacuum resets it.
  await client.query('select pg_stat_force_next_flush()');
  await client.end();
}

/** A unique index on a column with duplicates fails, and what was built of it stays. */
async function leaveInvalidIndex(client: pg.Client): Promise<void> {
  const sql =
    'create unique index concurrently idx_trades_taker on trades (taker_order_id)';
  try {
    await client.query(sql);
  } catch (error) {
    if ((error as pg.DatabaseError).code === uniqueViolation) return;
    throw error;
  }
  throw new Error('trades.taker_order_id was meant to have duplicates');
}
