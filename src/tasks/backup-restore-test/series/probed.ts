import type { Archive } from '../../../pg-dump/archive.ts';
import type { Tail } from '../../../pg-dump/tail.ts';
import type { Backup } from '../source/source.ts';
import type { KeyDate } from './key-date.ts';

/** A backup, and what its first and last bytes tell. */
export interface Probed {
  readonly backup: Backup;
  readonly keyDate: KeyDate | null;
  /** Null where it cannot be read: `problem` says why, unless the backup is encrypted. */
  readonly archive: Archive | null;
  /** `NotAnArchive`, `UnsupportedArchive`, `ArchiveTruncated` or `ArchiveCorrupt`. */
  readonly problem: Error | null;
  readonly tail: Tail | null;
  /**
   * What the data of each table take in the file, in bytes, by schema and name. Null where
   * the table of contents does not tell, as when pg_dump wrote to a pipe.
   */
  readonly tableBytes: ReadonlyMap<string, number> | null;
  /** sha256 of the first and the last bytes, in hex. */
  readonly fingerprint: string;
}

/** Whether nothing speaks against a backup, as far as its first and last bytes tell. */
export function isWhole({ archive, problem, tail }: Probed): boolean {
  return problem === null && (archive === null || tail === 'whole');
}
