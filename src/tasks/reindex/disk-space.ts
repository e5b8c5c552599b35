import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../../postgres/database.ts';

/** Leave so much of a disk free in any case: the server stops when it cannot write WAL. */
const reserveShare = 0.05;

/**
 * Tells how much room a server has for new files. PostgreSQL has no function for that. It
 * can be known where the server runs on this very machine: its data directory, as the
 * server names and dates it, is then found here, and the file system can be asked.
 */
export class DiskSpace {
  readonly #dataDirectory: string | null;
  readonly #database: Database;

  private constructor(dataDirectory: string | null, database: Database) {
    this.#dataDirectory = dataDirectory;
    this.#database = database;
  }

  /** Looks whether the server's files are here. */
  static async find(database: Database): Promise<DiskSpace> {
    return new DiskSpace(await ownDataDirectory(database), database);
  }

  /** Whether anything can be told at all. */
  get isKnown(): boolean {
    return this.#dataDirectory !== null;
  }

  /** Bytes that may be written to a tablespace; null where that cannot be known. */
  async freeBytes(tablespaceOid: number): Promise<number | null> {
    if (this.#dataDirectory === null) return null;
    const [row] = await this.#database.query<{ location: string }>(
      'select pg_tablespace_location($1) as location',
      [tablespaceOid],
    );
    try {
      const { bsize, bavail, blocks } = await statfs(
        row?.location || this.#dataDirectory,
      );
      return Math.max(0, bsize * (bavail - blocks * reserveShare));
    } catch {
      return null;
    }
  }
}

async function ownDataDirectory(database: Database): Promise<string | null> {
  try {
    const [row] = await database.query<{ directory: string; modified: number }>(`\
select directory, extract(epoch from (pg_stat_file(directory || '/global')).modification)::float8
  as modified
from current_setting('data_directory') as directory`);
    if (!row) return null;
    // The directory of another machine may have the same name, but not the same date.
    const { mtimeMs } = await stat(join(row.directory, 'global'));
    return Math.floor(mtimeMs / 1000) === row.modified ? row.directory : null;
  } catch {
    // Not ours to see, or not here.
    return null;
  }
}
