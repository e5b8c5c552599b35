import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import {
  Connections,
  connectionUrl,
  type ServerAddress,
  type UrlOptions,
} from './connections.ts';

type AnyRow = pg.QueryResult['rows'][number];

export interface TestDatabase extends AsyncDisposable {
  readonly name: string;
  /** The superuser's session in this database. */
  readonly client: pg.Client;
  url(options?: UrlOptions): string;
  /** Runs a statement on `client`. */
  query<Row extends pg.QueryResultRow = AnyRow>(
    sql: string,
    parameters?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
  /** Opens a further session, closed with the database. */
  connect(options?: UrlOptions): Promise<pg.Client>;
}

/** Creates a database that is dropped, with its sessions, in the end. */
export async function createTestDatabase(
  server: ServerAddress,
  template: string,
  isServerRunning: () => boolean,
): Promise<TestDatabase> {
  const name = await createDatabase(server, template);
  const connections = new Connections(server);
  const connect = (options?: UrlOptions) =>
    connections.open({ database: name, ...options });
  const client = await connect();
  return {
    name,
    client,
    url: (options) => connectionUrl(server, { database: name, ...options }),
    query: (sql, parameters) => client.query(sql, parameters),
    connect,
    async [Symbol.asyncDispose]() {
      await connections[Symbol.asyncDispose]();
      if (isServerRunning()) await dropDatabase(server, name);
    },
  };
}

/** Creates a database without a session in it, as a template must be. */
export async function createDatabase(
  server: ServerAddress,
  template: string,
): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await using connections = new Connections(server);
  const client = await connections.open();
  await client.query(`create database ${name} template "${template}"`);
  return name;
}

async function dropDatabase(server: ServerAddress, name: string) {
  await using connections = new Connections(server);
  const client = await connections.open();
  const prepared = await client.query<{ gid: string }>(
    'select gid from pg_prepared_xacts where database = $1',
    [name],
  );
  // `force` ends sessions, but not transactions that were prepared.
  for (const { gid } of prepared.rows) {
    const inside = await connections.open({ database: name });
    await inside.query(`rollback prepared ${inside.escapeLiteral(gid)}`);
  }
  await client.query(`drop database if exists ${name} with (force)`);
}
