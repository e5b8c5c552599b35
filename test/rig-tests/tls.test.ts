import { X509Certificate } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cluster, startCluster } from '../rig/postgres.ts';
import { newestPostgres } from '../rig/postgres-binaries.ts';
import { type Certificates, makeCertificates } from '../rig/tls.ts';

let certificates: Certificates;
let cluster: Cluster;
beforeAll(async () => {
  certificates = await makeCertificates('trader');
  cluster = await startCluster(newestPostgres, {
    tls: certificates.server,
    hba: 'hostssl all all all trust',
  });
});
afterAll(() => cluster.stop());

test('a cluster speaks TLS with a certificate of the root', async () => {
  const { ca } = certificates;
  const client = new pg.Client({ ...endpoint('localhost'), ssl: { ca } });
  await client.connect();
  const { rows } = await client.query(
    'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
  );
  expect(rows).toEqual([{ ssl: true }]);
  await client.end();
});

test('the given pg_hba.conf decides, but for the rig itself', async () => {
  const plain = new pg.Client(endpoint('127.0.0.1'));
  await expect(plain.connect()).rejects.toMatchObject({ code: '28000' });
  const client = await cluster.connect();
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('certificates are for the names and times they say', () => {
  const { ca, server, otherName, expired, client } = certificates;
  const root = new X509Certificate(ca);
  const read = (pair: { certificate: string }) => new X509Certificate(pair.certificate);
  for (const pair of [server, otherName, expired, client]) {
    expect(read(pair).verify(root.publicKey)).toBe(true);
  }
  expect(read(server).checkHost('localhost')).toBe('localhost');
  expect(read(server).checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(read(otherName).checkHost('localhost')).toBeUndefined();
  expect(read(expired).validToDate.getUTCFullYear()).toBe(2020);
  expect(read(client).subject).toBe('CN=trader');
});

function endpoint(host: string) {
  return { host, port: cluster.port, user: 'postgres', database: 'postgres' };
}
