import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pg from 'pg';
import { type Cluster, startCluster } from '../test/rig/postgres.ts';

/** The version of PostgreSQL under test; the peers' clients are of the same. */
export const postgresVersion = 15;

/** The database with the tables. */
export const database = 'bench';

/** Large enough that no checkpoint begins by itself while something is measured. */
const settings = {
  shared_buffers: '256MB',
  max_wal_size: '8GB',
  checkpoint_timeout: '1h',
  autovacuum: 'off',
};

/** A data directory of which each run gets a copy of its own. */
export interface Pristine extends AsyncDisposable {
  readonly bytes: number;
  /** Starts a server on a fresh copy, which is removed with it. */
  start(): Promise<Cluster>;
}

/**
 * Fills a data directory and stops its server in order, so that its counters survive.
 *
 * @param owner whom the database belongs to; the superuser where there is none
 * @param fill is given a way to open sessions in the database
 */
export async function makePristine(
  fill: (open: () => Promise<pg.Client>) => Promise<void>,
  owner?: { readonly user: string; readonly password: string },
): Promise<Pristine> {
  await using unfinished = new AsyncDisposableStack();
  const parent = await mkdtemp(join(tmpdir(), 'matchbook-bench-'));
  unfinished.defer(() => rm(parent, { recursive: true, force: true }));
  // The server's user must get in.
  await chmod(parent, 0o755);
  const original = join(parent, 'pristine');
  const bytes = await prepare(original, fill, owner);
  const resources = unfinished.move();
  let copies = 0;
  return {
    bytes,
    async start() {
      const copy = join(parent, `copy-${++copies}`);
      const remove = () => rm(copy, { recursive: true, force: true });
      try {
        await promisify(execFile)('cp', ['-a', original, copy]);
        // What is still to be written must not fall on what is measured.
        await promisify(execFile)('sync', ['-f', parent]);
        return stoppedAtOnce(await open(copy, settings), remove);
      } catch (error) {
        await remove();
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function open(
  dataDirectory: string,
  given: Readonly<Record<string, string>>,
): Promise<Cluster> {
  return startCluster(postgresVersion, { dataDirectory, settings: given });
}

/** What a copy has become is of no use: it need not be written to disk. */
function stoppedAtOnce(cluster: Cluster, remove: () => Promise<void>): Cluster {
  return {
    ...cluster,
    async [Symbol.asyncDispose]() {
      await cluster.stop('immediate');
      await remove();
    },
  };
}

async function prepare(
  directory: string,
  fill: (open: () => Promise<pg.Client>) => Promise<void>,
  owner?: { readonly user: string; readonly password: string },
): Promise<number> {
  // Little WAL is kept then, of which each copy would have to be one as well.
  await using cluster = await open(directory, { ...settings, max_wal_size: '256MB' });
  const admin = await cluster.connect();
  if (owner) {
    await admin.query(`create role ${owner.user} login password '${owner.password}'`);
  }
  const ownedBy = owner ? `owner ${owner.user}` : '';
  await admin.query(`create database ${database} ${ownedBy}`);
  await fill(() => cluster.connect({ database }));
  const client = await cluster.connect({ database });
  await client.query('select pg_stat_force_next_flush()');
  await client.query('checkpoint');
  const size = await client.query(`select pg_database_size('${database}')::float8 as n`);
  return size.rows[0].n;
}

/** Runs statements, two at a time, each after `before` in the same session. */
export async function runAll(
  open: () => Promise<pg.Client>,
  statements: readonly string[],
  before?: string,
): Promise<void> {
  const pending = [...statements];
  const work = async () => {
    const client = await open();
    if (before) await client.query(before);
    for (let sql = pending.shift(); sql; sql = pending.shift()) await client.query(sql);
    await client.query('select pg_stat_force_next_flush()');
    await client.query('select 1');
    await client.end();
  };
  await Promise.all([work(), work()]);
}
