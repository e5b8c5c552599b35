import { createHash } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce } from '../../test/rig/tools.ts';
import { startStockServer } from './stock-server.ts';

const script = fileURLToPath(new URL('exchange.sql', import.meta.url));
const database = 'matchbook';

/** A dump that lies in the cache. */
export interface ExchangeDump {
  readonly file: string;
  readonly bytes: number;
  /** Of the database that was dumped, with its indexes. */
  readonly databaseBytes: number;
  readonly rows: number;
}

/**
 * Makes the dump of a database of 1.9 GB, or has it made earlier.
 *
 * @param scale of the number of rows
 */
export async function exchangeDump(bin: string, scale: number): Promise<ExchangeDump> {
  const key = createHash('sha256')
    .update(await readFile(script))
    .digest('hex');
  const name = `backup-bench-${scale}-${key.slice(0, 12)}`;
  const file = await installOnce(name, 'exchange.dump', (folder) =>
    make(bin, scale, folder),
  );
  const about = JSON.parse(await readFile(join(dirname(file), 'about.json'), 'utf8'));
  return { file, bytes: (await stat(file)).size, ...about };
}

async function make(bin: string, scale: number, folder: string): Promise<void> {
  await using server = await startStockServer(bin, {
    fsync: 'off',
    wal_level: 'minimal',
    max_wal_senders: '0',
    autovacuum: 'off',
    max_wal_size: '4GB',
  });
  await server.must('createdb', [database]);
  const inOneTransaction = ['-q', '-1', '-v', `scale=${scale}`, '-f', script, database];
  await server.must('psql', inOneTransaction);
  const ask = async (sql: string) =>
    Number(await server.must('psql', ['-qAt', '-c', sql, database]));
  await server.must('vacuumdb', ['--analyze', '--quiet', database]);
  const about = {
    databaseBytes: await ask('select pg_database_size(current_database())'),
    rows: await ask('select sum(n_live_tup)::bigint from pg_stat_user_tables'),
  };
  await server.must('pg_dump', ['-Fc', '-f', join(folder, 'exchange.dump'), database]);
  await writeFile(join(folder, 'about.json'), JSON.stringify(about));
}
