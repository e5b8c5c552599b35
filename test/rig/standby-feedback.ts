import { once } from 'node:events';
import pg from 'pg';
import type { Cluster } from './postgres.ts';

/**
 * Makes a physical replication slot hold back the xmin horizon: a stand-in for a standby
 * sends hot standby feedback once and goes away, upon which the slot keeps it.
 */
export async function holdXminBySlot(cluster: Cluster, slot: string): Promise<void> {
  const admin = await cluster.connect();
  await admin.query('select pg_create_physical_replication_slot($1, true)', [slot]);
  const { rows } = await admin.query<{ xmin: string; lsn: string }>(
    'select txid_current()::text as xmin, pg_current_wal_lsn()::text as lsn',
  );
  const [{ xmin, lsn }] = rows as [{ xmin: string; lsn: string }];
  const standby = new pg.Client({
    connectionString: cluster.url(),
    // @ts-expect-error pg passes it on in the startup message, and does not declare it
    replication: 'true',
  });
  standby.on('error', () => {});
  await standby.connect();
  const { connection } = standby;
  connection.query(`START_REPLICATION SLOT ${slot} PHYSICAL ${lsn}`);
  await once(connection, 'replicationStart');
  // @ts-expect-error pg does not declare how it sends copy data
  connection.sendCopyFromChunk(hotStandbyFeedback(Number(xmin)));
  for (;;) {
    const held = await admin.query(
      'select from pg_replication_slots where slot_name = $1 and xmin is not null',
      [slot],
    );
    if (held.rowCount === 1) break;
  }
  connection.stream.destroy();
}

/** https://www.postgresql.org/docs/current/protocol-replication.html, message `h`. */
function hotStandbyFeedback(xmin: number): Buffer {
  const message = Buffer.alloc(25);
  message.write('h');
  message.writeUInt32BE(xmin, 9);
  return message;
}
