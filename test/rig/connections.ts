import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly socketDirectory: string;
}

export interface UrlOptions {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly host?: string;
  /** A proxy's port instead of the server's own. */
  readonly port?: number;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** A connection URI over TCP, by default the superuser's. */
export function connectionUrl(server: ServerAddress, options: UrlOptions = {}) {
  const { host = server.host, port = server.port } = options;
  const url = new URL(`postgres://${host}:${port}`);
  url.username = encodeURIComponent(options.user ?? 'postgres');
  url.password = encodeURIComponent(options.password ?? '');
  url.pathname = encodeURIComponent(options.database ?? 'postgres');
  for (const [name, value] of Object.entries(options.parameters ?? {})) {
    url.searchParams.set(name, value);
  }
  return url.href;
}

/** Opens clients and closes, in the end, whichever are still open. */
export class Connections implements AsyncDisposable {
  readonly #server: ServerAddress;
  readonly #open = new Set<pg.Client>();

  constructor(server: ServerAddress) {
    this.#server = server;
  }

  /** The superuser's through the socket; over TCP if more is asked for. */
  async open(options: UrlOptions = {}): Promise<pg.Client> {
    const client = new pg.Client({
      application_name: 'test',
      ...this.#route(options),
    });
    // A backend terminated on purpose must not end the test process.
    client.on('error', () => undefined);
    await client.connect();
    this.#open.add(client);
    client.once('end', () => this.#open.delete(client));
    return client;
  }

  #route(options: UrlOptions): pg.ClientConfig {
    const { database = 'postgres', ...more } = options;
    if (Object.keys(more).length > 0) {
      return { connectionString: connectionUrl(this.#server, options) };
    }
    const { socketDirectory: host, port } = this.#server;
    return { host, port, user: 'postgres', database };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = Promise.all([...this.#open].map((client) => client.end()));
    // A peer that a test has silenced never confirms the end.
    await Promise.race([ended, delay(1_000, undefined, { ref: false })]);
  }
}
