import fs from 'node:fs/promises';
import path from 'node:path';
import type pg from 'pg';
import { makeClusterDirectory } from './cluster-directory.ts';
import { type Cluster, startCluster } from './postgres.ts';
import { giveTo, serverUser } from './server-user.ts';

export interface Standby extends AsyncDisposable {
  /** Goes on receiving, but applies nothing. */
  pauseReplay(): Promise<void>;
  resumeReplay(): Promise<void>;
}

/** Starts a streaming standby of a cluster, from a backup of its files, and waits for it. */
export async function startStandby(primary: Cluster): Promise<Standby> {
  const directory = await makeClusterDirectory();
  await giveTo(serverUser(), directory);
  const dataDirectory = path.join(directory, 'standby');
  const admin = await primary.connect();
  await admin.query(`select pg_backup_start('standby', true)`);
  await fs.cp(primary.dataDirectory, dataDirectory, {
    recursive: true,
    filter: (source) => !/postmaster\.(pid|opts)$/.test(source),
  });
  const { rows } = await admin.query('select labelfile from pg_backup_stop(false)');
  await fs.writeFile(path.join(dataDirectory, 'backup_label'), rows[0].labelfile);
  const connection = new URL(primary.url());
  const cluster = await startCluster(primary.version, {
    dataDirectory,
    standby: true,
    settings: {
      primary_conninfo: `host=${connection.hostname} port=${connection.port} user=postgres application_name=standby`,
    },
  });
  const inside = await cluster.connect();
  await untilStreaming(admin);
  return {
    pauseReplay: async () => void (await inside.query('select pg_wal_replay_pause()')),
    resumeReplay: async () => void (await inside.query('select pg_wal_replay_resume()')),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await fs.rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilStreaming(admin: pg.Client): Promise<void> {
  for (;;) {
    const { rowCount } = await admin.query(
      `select from pg_stat_replication where application_name = 'standby' and state = 'streaming'`,
    );
    if (rowCount === 1) return;
  }
}
