import type pg from 'pg';
import { within } from '../core/cancellation.ts';
import { Refusal, type Target } from '../core/task.ts';
import { lockHolderOf, takeSuiteLock } from './advisory-lock.ts';
import { connect } from './connect.ts';
import { addressOf, type ConnectionSettings } from './connection-settings.ts';
import { refuseUnfit } from './fitness.ts';
import { prepareSession, type Session } from './session.ts';
import { type HeldSession, SessionPool } from './session-pool.ts';

/** What the server says of itself and of the role that we are. */
export interface ServerFacts {
  /** `server_version_num`: 150018 for 15.18. */
  readonly versionNumber: number;
  readonly version: string;
  readonly inRecovery: boolean;
  readonly blockSizeBytes: number;
  readonly database: string;
  readonly role: string;
}

/** Whom the connections of a run belong to, as `pg_stat_activity` shows it. */
export function applicationName(task: string, runId: string, attempt: number): string {
  return `matchbook-maintenance/${task}/${runId}-${attempt}`;
}

interface DatabaseOptions {
  readonly settings: ConnectionSettings;
  readonly applicationName: string;
  readonly lockTimeoutMs: number;
}

/**
 * A PostgreSQL database that a task works on: one control connection, which holds the
 * lock, asks questions and cancels, and a session for each step that runs.
 */
export class Database implements Target {
  readonly name: string;
  readonly place: string;
  readonly server: ServerFacts;
  readonly lost: AbortSignal;
  /** How long a command waits for a lock. */
  readonly lockTimeoutMs: number;
  readonly #control: Session;
  readonly #lost = new AbortController();
  readonly #sessions: SessionPool;
  #turn: Promise<unknown> = Promise.resolve();
  #closing = false;

  private constructor(options: DatabaseOptions, control: Session, server: ServerFacts) {
    this.#control = control;
    this.server = server;
    this.name = server.database;
    this.place = `${addressOf(options.settings)} (PostgreSQL ${server.version})`;
    this.lost = this.#lost.signal;
    this.lockTimeoutMs = options.lockTimeoutMs;
    this.#sessions = new SessionPool(async () => {
      const client = await connect(options.settings, options.applicationName);
      return prepareSession(client, options);
    });
    for (const event of ['error', 'end'] as const) {
      control.client.on(event, (error?: Error) => this.#onLost(error));
    }
  }

  /** Connects, and refuses what maintenance must not run on. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const client = await connect(options.settings, options.applicationName);
    try {
      const control = await prepareSession(client, options);
      // @ts-expect-error pg does not declare what the handshake told it
      refusePooler(client.processID, control.pid);
      const server = await askServer(control);
      refuseUnfit(server);
      return new Database(options, control, server);
    } catch (error) {
      client.end().catch(() => {});
      throw error;
    }
  }

  /** Runs a query on the control connection, one after the other. */
  query: Session['query'] = <Row extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> => {
    const answer = this.#turn.then(() => this.#control.query<Row>(sql, values));
    this.#turn = answer.catch(() => {});
    return answer;
  };

  async lock(): Promise<void> {
    if (await takeSuiteLock(this.#control)) return;
    throw new Refusal(
      'already-running',
      `Another maintenance run works on database ${this.name}: ${await lockHolderOf(this.#control)}. Nothing was done; wait for its end, then run this one again.`,
    );
  }

  /** Hands out a session for one step; `await using` gives it back. */
  session(): Promise<HeldSession> {
    return this.#sessions.take();
  }

  /**
   * Does something on a session, and cancels it on the server when the signal aborts.
   * What does not stop within two seconds is terminated; where not even that can be said,
   * the connection is broken, upon which the server ends the backend by itself.
   */
  async cancelOnAbort<Value>(
    session: Session,
    signal: AbortSignal,
    work: () => Promise<Value>,
  ): Promise<Value> {
    signal.throwIfAborted();
    const working = work();
    const onAbort = () => {
      this.#stop(session, working).catch(() => session.destroy());
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await working;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #stop(session: Session, working: Promise<unknown>): Promise<void> {
    const ended = working.catch(() => {});
    // Again and again, for a cancel that comes between two commands stops neither.
    for (let tries = 0; tries < 20; tries++) {
      await this.query('select pg_cancel_backend($1)', [session.pid]);
      if (await within(ended, 100)) return;
    }
    await this.query('select pg_terminate_backend($1)', [session.pid]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    await Promise.all([
      this.#sessions[Symbol.asyncDispose](),
      this.#control[Symbol.asyncDispose](),
    ]);
  }

  #onLost(error?: Error): void {
    if (this.#closing) return;
    const cause = error?.message ?? 'the server closed it';
    this.#lost.abort(
      new Error(
        `The connection that held the lock was lost (${cause}); the run stopped, so that it never works beside another one.`,
      ),
    );
  }
}

async function askServer(session: Session): Promise<ServerFacts> {
  const [facts] = await session.query<ServerFacts>(`\
select
  current_setting('server_version_num')::int as "versionNumber",
  split_part(current_setting('server_version'), ' ', 1) as "version",
  pg_is_in_recovery() as "inRecovery",
  current_setting('block_size')::int as "blockSizeBytes",
  current_database() as "database",
  current_user as "role"`);
  return facts as ServerFacts;
}

/** Behind a pooler the lock, the timeouts and the cancel would hit other backends. */
function refusePooler(handshakePid: number | null, backendPid: number): void {
  if (handshakePid === backendPid) return;
  throw new Refusal(
    'unsafe-target',
    `The connection goes through a pooler (the handshake named process ${handshakePid}, the backend is ${backendPid}): locks, timeouts and cancellation would hit the wrong session. Connect to the server itself.`,
  );
}
