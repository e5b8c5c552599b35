import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { within } from '../core/cancellation.ts';
import { messageOf } from '../core/message-of.ts';
import { sqlstate, sqlstateOf } from './sqlstate.ts';

/** A message that the server sent beside the result of a command. */
export interface Notice {
  readonly severity: string;
  readonly message: string;
}

/** Questions to the catalog end within this time, or the connection counts as lost. */
const questionTimeoutMs = 600_000;

/** The most that the server, and a timer of Node, can count. */
const maxMs = 2 ** 31 - 1;

/** With less, not even the next limit could be set. */
const leastMs = 20;

/** A server that lost power never answers; past its own timeout this is how long we wait. */
const graceMs = 10_000;

/** One connection and the backend behind it. */
export class Session implements AsyncDisposable {
  readonly client: pg.Client;
  readonly pid: number;
  #broken = false;
  /** The time limit that the server has been told; null where that is not known. */
  #limitMs: number | null = 0;

  constructor(client: pg.Client, pid: number) {
    this.client = client;
    this.pid = pid;
    const onBroken = () => {
      this.#broken = true;
    };
    client.on('error', onBroken);
    client.on('end', onBroken);
  }

  /** Whether the connection is gone. */
  get broken(): boolean {
    return this.#broken;
  }

  /** Asks the server something; values are parameters, never text in the SQL. */
  async query<Row extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    // That of a command before must not end a question.
    await this.#limit(null);
    return this.#ask<Row>(sql, values);
  }

  async #ask<Row extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const question = { text: sql, values: [...values], query_timeout: questionTimeoutMs };
    const { rows } = await this.client.query<Row>(question);
    return rows;
  }

  /**
   * Asks the server something that may take long, or changes rows, with a time limit of the
   * server's own, which holds even if this process dies.
   *
   * @param timeoutMs null for no limit
   */
  async limitedQuery<Row extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[],
    timeoutMs: number | null,
  ): Promise<Row[]> {
    await this.#limit(timeoutMs);
    const waitMs = timeoutMs === null ? {} : { query_timeout: timeoutMs + graceMs };
    try {
      const question = { text: sql, values: [...values], ...waitMs };
      const { rows } = await this.client.query<Row>(question);
      return rows;
    } catch (error) {
      if (sqlstateOf(error) !== undefined || this.#broken) throw error;
      // Deferred constraints are checked beyond the limit: it may yet be carried out.
      this.destroy();
      throw new CommitUnknown(error);
    }
  }

  /** Copies the rows of a query out, in the text format of COPY, under a time limit. */
  async copyOut(
    sql: string,
    timeoutMs: number | null,
  ): Promise<{ text: Buffer; rows: number | null }> {
    await this.#limit(timeoutMs);
    const stream = this.client.query(copyTo(`copy (${sql}) to stdout`));
    const pieces: Buffer[] = [];
    // Copied, for what is handed out may be a view of a buffer that is used again.
    for await (const piece of stream) pieces.push(Buffer.from(piece as Buffer));
    return { text: Buffer.concat(pieces), rows: stream.rowCount };
  }

  /**
   * Does something in a transaction, which is rolled back where it throws. Throws
   * `CommitUnknown` where the commit was sent, and no answer told what became of it.
   */
  async transaction<Value>(work: () => Promise<Value>): Promise<Value> {
    await this.#ask('begin');
    let value: Value;
    try {
      value = await work();
    } catch (error) {
      // Where not even that can be said, the server rolls back as the connection ends.
      await this.#ask('rollback').catch(() => this.destroy());
      // What was set within it is as it was before.
      this.#limitMs = null;
      throw error;
    }
    try {
      await this.#ask('commit');
      return value;
    } catch (error) {
      this.#limitMs = null;
      if (isRefusal(error)) throw error;
      this.destroy();
      throw new CommitUnknown(error);
    }
  }

  /**
   * Runs one command with a time limit of the server's own, which holds even if this
   * process dies, and returns what the server remarked.
   *
   * @param timeoutMs null for no limit; said explicitly, whatever the role's own setting is
   * @param settings parameters of the server for this command alone
   */
  async command(
    sql: string,
    timeoutMs: number | null,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Notice[]> {
    await this.#limit(timeoutMs);
    const before = await this.#set(settings);
    const notices: Notice[] = [];
    const onNotice = ({ severity = '', message = '' }: NoticeMessage) => {
      notices.push({ severity, message });
    };
    this.client.on('notice', onNotice as () => void);
    const timer =
      timeoutMs === null
        ? undefined
        : setTimeout(() => this.destroy(), Math.min(timeoutMs + graceMs, maxMs));
    try {
      await this.client.query(sql);
      return notices;
    } finally {
      clearTimeout(timer);
      this.client.removeListener('notice', onNotice as () => void);
      // A session with the wrong settings must serve nobody else.
      await this.#set(before).catch(() => this.destroy());
    }
  }

  /** Sets parameters of the server, and returns what they were before. */
  async #set(
    settings: Readonly<Record<string, string>>,
  ): Promise<Record<string, string>> {
    const before: Record<string, string> = {};
    for (const [name, value] of Object.entries(settings)) {
      const [row] = await this.#ask<{ before: string }>(
        'select current_setting($1) as before, set_config($1, $2, false)',
        [name, value],
      );
      before[name] = row?.before ?? '';
    }
    return before;
  }

  async #limit(timeoutMs: number | null): Promise<void> {
    // To the server 0 means without end, which no time left must never become.
    const limit =
      timeoutMs === null
        ? 0
        : Math.min(Math.max(leastMs, Math.ceil(timeoutMs)), maxMs - graceMs);
    if (limit === this.#limitMs) return;
    this.#limitMs = null;
    // That of the transaction (17+) ends the whole session: it is the second to speak.
    const transactionLimit = limit === 0 ? 0 : limit + graceMs / 2;
    await this.#ask(
      `\
select set_config('statement_timeout', $1, false),
  (select set_config(name, $2, false) from pg_settings where name = 'transaction_timeout')`,
      [String(limit), String(transactionLimit)],
    );
    this.#limitMs = limit;
  }

  /** Breaks the connection without asking the server. */
  destroy(): void {
    this.#broken = true;
    this.client.connection.stream.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#broken) return;
    if (
      !(await within(
        this.client.end().catch(() => {}),
        1000,
      ))
    )
      this.destroy();
  }
}

/** A commit was sent, and whether it was carried out is not known. */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super(`whether the transaction was committed is not known: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** A server that ends the session, or breaks, has perhaps committed before it did. */
function isRefusal(error: unknown): boolean {
  const code = sqlstateOf(error);
  return code !== undefined && !/^(57P|08|58|XX)/.test(code);
}

interface NoticeMessage {
  severity?: string;
  message?: string;
}

interface SessionSettings {
  readonly lockTimeoutMs: number;
}

/**
 * Makes a fresh connection fit for maintenance: nothing of the role's or database's own
 * settings may cut it short, nothing may keep it alive once this process is dead.
 */
export async function prepareSession(
  client: pg.Client,
  { lockTimeoutMs }: SessionSettings,
): Promise<Session> {
  const settings = {
    search_path: 'pg_catalog',
    // Times are read and written as texts: they must mean the same to everybody.
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    // What waits for a lock must go on with the newest version of a row, not fail over it.
    default_transaction_isolation: 'read committed',
    default_transaction_read_only: 'off',
    // What is copied out must be what is there, to the last digit.
    extra_float_digits: '1',
    IntervalStyle: 'postgres',
    bytea_output: 'hex',
    lock_timeout: String(Math.ceil(lockTimeoutMs)),
    statement_timeout: '0',
    transaction_timeout: '0',
    idle_session_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    // Where the network breaks without a word, the server finds out within a minute.
    tcp_keepalives_idle: '30',
    tcp_keepalives_interval: '10',
    tcp_keepalives_count: '3',
  };
  // From pg_settings, so that what this version does not know is left out.
  const { rows } = await client.query<{ pid: number }>(
    `\
select pg_backend_pid() as pid, set_config(name, wanted ->> name, false)
from pg_settings, (select $1::jsonb as wanted) as w
where wanted ? name`,
    [JSON.stringify(settings)],
  );
  await endWithClient(client);
  return new Session(client, (rows[0] as { pid: number }).pid);
}

/** Lets the server end a command within seconds once its client is dead. */
async function endWithClient(client: pg.Client): Promise<void> {
  try {
    await client.query(`set client_connection_check_interval = '2s'`);
  } catch (error) {
    // Some platforms cannot tell; then only statement_timeout limits an orphan.
    const refused: (string | undefined)[] = [
      sqlstate.invalidParameterValue,
      sqlstate.undefinedObject,
    ];
    if (!refused.includes(sqlstateOf(error))) throw error;
  }
}
