import { readdir, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Archive, Codec } from '../../../pg-dump/archive.ts';

/** What a restore will take. */
export interface DiskPrediction {
  readonly databaseBytes: number;
  /** With the files beside it: what is fetched, and what is decrypted. */
  readonly peakBytes: number;
  readonly basis: 'history' | 'archive';
}

export interface DiskFacts {
  readonly archive: Archive | null;
  readonly archiveBytes: number;
  /** Of the files that lie on the same disk for the time of the test. */
  readonly fileBytes: number;
  /** What an earlier archive of the same database came to. */
  readonly earlier: {
    readonly archiveBytes: number;
    readonly databaseBytes: number;
  } | null;
}

/**
 * A new cluster with four databases and two segments of WAL after a checkpoint: 61.4 MiB
 * in PostgreSQL 15.18, 61.3 MiB in 18.1.
 */
const emptyClusterBytes = 62 * 1024 ** 2;

/** In these stat(2) counts. */
const blockBytes = 512;

/** Bytes of text for each byte of the archive, as for tables of orders and events. */
const textPerByte: Record<Codec, number> = { gzip: 3.3, zstd: 3.6, lz4: 2.2, none: 1 };
/** Bytes of table for each byte of text: numbers shrink, and each row has its header. */
const tablePerText = 1.15;
/** Of an index on average, for each byte of its table. */
const indexPerTable = 0.25;

/**
 * Predicts the room that a restore takes: by what an earlier archive of this database came
 * to, else by a rule of thumb from its size, its compression and the number of its indexes.
 */
export function predictDisk(facts: DiskFacts): DiskPrediction {
  const { archiveBytes, fileBytes, earlier } = facts;
  const databaseBytes = earlier
    ? emptyClusterBytes +
      (Math.max(0, earlier.databaseBytes - emptyClusterBytes) / earlier.archiveBytes) *
        archiveBytes
    : byRule(facts);
  return {
    databaseBytes: Math.round(databaseBytes),
    peakBytes: Math.round(databaseBytes + fileBytes),
    basis: earlier ? 'history' : 'archive',
  };
}

function byRule({ archive, archiveBytes }: DiskFacts): number {
  const entries = archive?.entries ?? [];
  const count = (...kinds: string[]) =>
    entries.filter(({ kind }) => kinds.includes(kind)).length;
  const tables = Math.max(1, count('TABLE DATA'));
  const indexesPerTable = count('INDEX', 'CONSTRAINT') / tables;
  const textBytes = archiveBytes * textPerByte[archive?.header.codec ?? 'gzip'];
  const tableBytes = textBytes * tablePerText;
  return emptyClusterBytes + tableBytes * (1 + indexPerTable * indexesPerTable);
}

/** The bytes that are free for us on the disk of a directory. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

/** What a directory takes on the disk, in bytes, with all that is in it. */
export async function diskBytesOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  let bytes = 0;
  for (const entry of entries) {
    // What vanishes meanwhile takes nothing.
    const stats = await stat(path.join(entry.parentPath, entry.name)).catch(() => null);
    bytes += (stats?.blocks ?? 0) * blockBytes;
  }
  return bytes;
}
