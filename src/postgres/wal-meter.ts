import type { Database } from './database.ts';

/**
 * Measures the WAL of the whole run while it works. No server tells what a backend has
 * written before its command ends; so it is the position in the WAL, which has in it what
 * others wrote meanwhile: never less than the truth.
 */
export class WalMeter {
  readonly #database: Database;
  #startBytes: number | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Bytes written since this was first asked. */
  async spentBytes(): Promise<number> {
    const [row] = await this.#database.query<{ position: number }>(
      `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as position`,
    );
    const position = row?.position ?? 0;
    this.#startBytes ??= position;
    return position - this.#startBytes;
  }
}
