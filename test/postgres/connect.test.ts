import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/postgres/connect.ts';
import {
  type ConnectionSettings,
  completeSettings,
} from '../../src/postgres/connection-settings.ts';
import { parseDatabaseUrl } from '../../src/postgres/database-url.ts';
import { startGate } from '../rig/gate.ts';
import { type Cluster, startCluster } from '../rig/postgres.ts';
import { newestPostgres } from '../rig/postgres-binaries.ts';
import { makeCertificates } from '../rig/tls.ts';

type Certificates = Awaited<ReturnType<typeof makeCertificates>>;

const hba = `
host    all        plain  127.0.0.1/32  scram-sha-256
hostnossl all      clear  127.0.0.1/32  scram-sha-256
hostssl all        tls    127.0.0.1/32  scram-sha-256
hostssl all        cert   127.0.0.1/32  cert
`;

let certificates: Certificates;
let cluster: Cluster;
let withoutTls: Cluster;
let otherName: Cluster;
let expired: Cluster;

beforeAll(async () => {
  certificates = await makeCertificates('cert');
  const { server, ca } = certificates;
  const start = async (tls?: { certificate: string; key: string }) => {
    const settings = tls ? {} : { ssl: 'off' };
    const started = await startCluster(newestPostgres, {
      hba,
      settings,
      ...(tls && { tls: { ...tls, ca } }),
    });
    const admin = await started.connect();
    for (const role of ['plain', 'clear', 'tls', 'cert']) {
      await admin.query(`create role ${role} login password 'right'`);
    }
    return started;
  };
  cluster = await start(server);
  withoutTls = await start();
  otherName = await start(certificates.otherName);
  expired = await start(certificates.expired);
});

afterAll(async () => {
  for (const one of [cluster, withoutTls, otherName, expired]) {
    await one[Symbol.asyncDispose]();
  }
});

function settings(
  at: { host: string; port: number },
  user: string,
  parameters: Record<string, string> = {},
  rootCert: string | null = null,
): ConnectionSettings {
  const { password = 'right', database = 'postgres', ...rest } = parameters;
  const query = new URLSearchParams(rest).toString();
  const url = `postgres://${user}:${password}@${at.host}:${at.port}/${database}?${query}`;
  return completeSettings(parseDatabaseUrl(url), {}, rootCert);
}

/** Whether the connection is encrypted, or what the refusal says. */
async function attempt(given: ConnectionSettings): Promise<'tls' | 'clear' | string> {
  try {
    const client = await connect(given, 'test');
    const { rows } = await client.query(
      'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
    );
    await client.end();
    return rows[0].ssl ? 'tls' : 'clear';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('sslmode, as libpq means it', () => {
  test.each([
    ['disable', 'plain', 'clear'],
    ['allow', 'plain', 'clear'],
    ['allow', 'tls', 'tls'],
    ['prefer', 'plain', 'tls'],
    ['prefer', 'clear', 'clear'],
    ['require', 'plain', 'tls'],
    ['require', 'clear', /no encryption|pg_hba\.conf/],
    ['disable', 'tls', /pg_hba\.conf/],
  ] as const)('%s as %s comes in with %s', async (sslmode, user, expected) => {
    expect(await attempt(settings(cluster, user, { sslmode }))).toMatch(expected);
  });

  test('without a mode, a server without TLS is reached in the clear', async () => {
    expect(await attempt(settings(withoutTls, 'plain'))).toBe('clear');
  });

  test('require does not fall back where the server has no TLS', async () => {
    const refusal = await attempt(settings(withoutTls, 'plain', { sslmode: 'require' }));
    expect(refusal).toContain('the server does not offer TLS');
  });

  test.each(['verify-ca', 'verify-full'])(
    '%s accepts the right authority',
    async (sslmode) => {
      const { ca } = certificates;
      expect(await attempt(settings(cluster, 'plain', { sslmode }, ca))).toBe('tls');
      const localhost = { host: 'localhost', port: cluster.port };
      expect(await attempt(settings(localhost, 'plain', { sslmode }, ca))).toBe('tls');
    },
  );

  test('a root certificate alone asks for full verification', async () => {
    const { ca } = certificates;
    expect(await attempt(settings(cluster, 'plain', {}, ca))).toBe('tls');
    expect(await attempt(settings(otherName, 'plain', {}, ca))).toContain(
      'the certificate of the server is for another name',
    );
  });

  test('verify-ca does not look at the name, nor does require with an authority', async () => {
    for (const sslmode of ['verify-ca', 'require']) {
      const given = settings(otherName, 'plain', { sslmode }, certificates.ca);
      expect(await attempt(given)).toBe('tls');
    }
  });

  test.each(['require', 'verify-ca', 'verify-full'])(
    '%s refuses an authority that did not sign',
    async (sslmode) => {
      const { ca } = await makeCertificates();
      const refusal = await attempt(settings(cluster, 'plain', { sslmode }, ca));
      expect(refusal).toContain('not signed by an authority that is trusted');
      expect(refusal).toContain('ssl-root-cert');
    },
  );

  test('an authority of the machine did not sign a private certificate', async () => {
    const parameters = { sslmode: 'verify-full', sslrootcert: 'system' };
    expect(await attempt(settings(cluster, 'plain', parameters))).toContain('not signed');
  });

  test('an expired certificate is named as such', async () => {
    const refusal = await attempt(settings(expired, 'plain', {}, certificates.ca));
    expect(refusal).toContain('the certificate of the server is not valid today');
  });

  test('a client certificate takes the place of a password', async () => {
    const { certificate, key } = certificates.client;
    const given = { ...settings(cluster, 'cert'), sslCert: certificate, sslKey: key };
    expect(await attempt(given)).toBe('tls');
  });
});

describe('a connection that fails says what was tried, what came back and what to do', () => {
  test.each([
    [
      'a wrong password',
      'plain',
      { password: 'wrong' },
      /password authentication failed.*Correct the password/,
    ],
    ['an unknown role', 'nobody', {}, /Check that the role nobody exists/],
    [
      'an unknown database',
      'plain',
      { database: 'none' },
      /database "none" does not exist.*Correct the name/,
    ],
  ] as const)('%s', async (_, user, parameters, expected) => {
    const refusal = await attempt(settings(cluster, user, parameters));
    expect(refusal).toMatch(expected);
    expect(refusal).toContain(`at ${cluster.host}:${cluster.port} as ${user}`);
    expect(refusal).not.toContain('wrong');
    expect(refusal).not.toContain('right');
  });

  test('no password where one is asked for', async () => {
    const given = { ...settings(cluster, 'plain'), password: null };
    expect(await attempt(given)).toContain('asks for a password and none is given');
  });

  test('a port where nobody listens', async () => {
    const gone = { host: '127.0.0.1', port: 1 };
    expect(await attempt(settings(gone, 'plain'))).toMatch(/refused.*listens on port 1/);
  });

  test('a name that does not resolve', async () => {
    const gone = { host: 'no-such-host.invalid', port: 5432 };
    expect(await attempt(settings(gone, 'plain'))).toMatch(
      /no-such-host\.invalid (does not resolve|cannot be looked up)/,
    );
  });

  test('a server that accepts and never answers', async () => {
    await using gate = await startGate(cluster);
    gate.blackhole();
    const silent = { host: '127.0.0.1', port: gate.port };
    const refusal = await attempt(settings(silent, 'plain', { connect_timeout: '1' }));
    expect(refusal).toMatch(/did not answer in time|no answer within 1 s/);
  });

  test.each(['disable', 'prefer'])('a web server, with sslmode=%s', async (sslmode) => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const refusal = await attempt(
      settings({ host: '127.0.0.1', port }, 'plain', { sslmode, connect_timeout: '5' }),
    );
    server.closeAllConnections();
    server.close();
    expect(refusal).toContain('a PostgreSQL server must listen there');
  });

  test('no connection left', async () => {
    const admin = await cluster.connect();
    await admin.query('alter role plain connection limit 0');
    const refusal = await attempt(settings(cluster, 'plain'));
    await admin.query('alter role plain connection limit -1');
    expect(refusal).toMatch(/too many connections.*one more per job/);
  });

  test('no right to connect', async () => {
    await using database = await cluster.createDatabase();
    await database.query(`revoke connect on database ${database.name} from public`);
    const given = settings(cluster, 'plain', { database: database.name });
    expect(await attempt(given)).toContain(
      `grant connect on database "${database.name}" to "plain"`,
    );
  });
});
