import type { ByteSource } from '../../../pg-dump/read-archive.ts';

/** A file, or an object, that may be a backup. */
export interface Backup {
  /** The key of the object, or the path below the directory, with slashes. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  /** Null where there is none, as for files. */
  readonly etag: string | null;
}

/** Where backups lie. */
export interface BackupSource extends AsyncDisposable {
  /** For people: `s3://bucket/prefix/`, or the path of the directory or file. */
  readonly place: string;
  /** All that lies there. Throws `NoBackups`, or what the store or system refused with. */
  list(signal: AbortSignal): Promise<Backup[]>;
  /** The bytes of a backup as it was listed: where it has changed since, reading throws. */
  bytes(backup: Backup): ByteSource;
  /** Where the backup lies on this machine; only where it does. */
  fileOf?(backup: Backup): string;
}

/** There is nothing to test. The message says what to do. */
export class NoBackups extends Error {}
