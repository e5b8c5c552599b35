import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGate } from '../rig/gate.ts';
import { startPooler } from '../rig/pooler.ts';
import { type Cluster, startCluster } from '../rig/postgres.ts';
import { newestPostgres } from '../rig/postgres-binaries.ts';
import { startTcpProxy } from '../rig/tcp-proxy.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster(newestPostgres);
});
afterAll(() => cluster.stop());

/** What the handshake said; the package does not declare it. */
function handshakePid(client: pg.Client): unknown {
  return Reflect.get(client, 'processID');
}

async function backendPid(client: pg.Client): Promise<number> {
  return (await client.query('select pg_backend_pid() as pid')).rows[0].pid;
}

test('a pooler gives another pid in the handshake', async () => {
  await using pooler = await startPooler(cluster);
  await using database = await cluster.createDatabase();
  const direct = await database.connect();
  expect(handshakePid(direct)).toBe(await backendPid(direct));
  const pooled = await database.connect({ port: pooler.port });
  expect(handshakePid(pooled)).not.toBe(await backendPid(pooled));
  const long = await pooled.query(`select repeat('x', 300000) as text`);
  expect(long.rows[0].text).toHaveLength(300_000);
});

test('a pooler copes with messages split at any byte', async () => {
  await using drip = await startDrip();
  await using pooler = await startPooler({ host: '127.0.0.1', port: drip.port });
  const client = await cluster.connect({ port: pooler.port });
  expect(handshakePid(client)).not.toBe(await backendPid(client));
});

test('a pooler refuses encryption', async () => {
  await using pooler = await startPooler(cluster);
  const client = new pg.Client({ host: '127.0.0.1', port: pooler.port, ssl: true });
  await expect(client.connect()).rejects.toThrow('does not support SSL');
});

test('a gate breaks connections and lets new ones in', async () => {
  await using gate = await startGate(cluster);
  const client = await cluster.connect({ port: gate.port });
  const sleep = expect(client.query('select pg_sleep(60)')).rejects.toThrow();
  gate.breakConnections();
  await sleep;
  const next = await cluster.connect({ port: gate.port });
  expect(await backendPid(next)).toBeGreaterThan(0);
});

test('a gate that is a black hole accepts and never answers', async () => {
  await using gate = await startGate(cluster);
  const open = await cluster.connect({ port: gate.port });
  gate.blackhole();
  const answer = backendPid(open).catch(() => 'broken');
  const next = new pg.Client({
    connectionString: cluster.url({ port: gate.port }),
    connectionTimeoutMillis: 300,
  });
  await expect(next.connect()).rejects.toThrow('timeout');
  expect(await Promise.race([answer, Promise.resolve('silence')])).toBe('silence');
});

/** Forwards the server's bytes one by one. */
function startDrip() {
  return startTcpProxy(cluster, ({ client, server }) => {
    client.pipe(server);
    server.on('data', (chunk: Buffer) => {
      for (const byte of chunk) client.write(Buffer.of(byte));
    });
  });
}
