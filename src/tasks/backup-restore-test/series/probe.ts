import { createHash } from 'node:crypto';
import type { Archive } from '../../../pg-dump/archive.ts';
import {
  ArchiveCorrupt,
  ArchiveTruncated,
  NotAnArchive,
  UnsupportedArchive,
} from '../../../pg-dump/parse-archive.ts';
import { type ByteSource, readArchive } from '../../../pg-dump/read-archive.ts';
import { judgeTail } from '../../../pg-dump/tail.ts';
import type { Backup, BackupSource } from '../source/source.ts';
import { keyDateOf } from './key-date.ts';
import type { Probed } from './probed.ts';
import { tableBytesOf } from './table-bytes.ts';

const headBytes = 64 * 1024;
/** Enough to see what is written behind the end; as a request, one byte costs the same. */
const tailBytes = 64 * 1024;
const atOnce = 16;

export interface ProbeOptions {
  /** Nothing can be read in an encrypted backup. */
  readonly encrypted: boolean;
}

/**
 * Probes backups, several at once. The first read that fails ends it: what the store refused
 * is no property of a backup.
 */
export async function probeAll(
  source: BackupSource,
  backups: readonly Backup[],
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<Probed[]> {
  const failed = new AbortController();
  const stop = AbortSignal.any([signal, failed.signal]);
  const probed: Probed[] = [];
  const queue = backups.entries();
  const work = async () => {
    for (const [index, backup] of queue) {
      probed[index] = await probe(source, backup, options, stop);
    }
  };
  const workers = Array.from({ length: atOnce }, () =>
    work().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.all(workers);
  return probed;
}

/**
 * Reads the first 64 KiB of a backup, more only where its table of contents is longer, and
 * the last 64 KiB, unless they were among the first.
 */
export async function probe(
  source: BackupSource,
  backup: Backup,
  { encrypted }: ProbeOptions,
  signal: AbortSignal,
): Promise<Probed> {
  const bytes = new HeadKept(source.bytes(backup));
  const { sizeBytes } = bytes;
  const head = await bytes.read(0, headBytes, signal);
  const read = encrypted
    ? { archive: null, problem: null }
    : await tryRead(bytes, signal);
  const tailAt = Math.max(0, sizeBytes - tailBytes);
  const end = await bytes.read(tailAt, sizeBytes - tailAt, signal);
  const tail = read.archive && judgeTail(read.archive, end, sizeBytes);
  return {
    backup,
    keyDate: keyDateOf(backup.key),
    ...read,
    tail,
    tableBytes:
      read.archive && tail === 'whole' ? tableBytesOf(read.archive, sizeBytes) : null,
    fingerprint: createHash('sha256').update(head).update(end).digest('hex'),
  };
}

async function tryRead(
  bytes: ByteSource,
  signal: AbortSignal,
): Promise<{ archive: Archive | null; problem: Error | null }> {
  try {
    return { archive: await readArchive(bytes, signal), problem: null };
  } catch (error) {
    const isProblem =
      error instanceof NotAnArchive ||
      error instanceof UnsupportedArchive ||
      error instanceof ArchiveTruncated ||
      error instanceof ArchiveCorrupt;
    if (isProblem) return { archive: null, problem: error };
    throw error;
  }
}

/** Keeps the head once it is read, and never asks for no bytes, which S3 refuses. */
class HeadKept implements ByteSource {
  readonly sizeBytes: number;
  readonly #source: ByteSource;
  #head: Uint8Array | null = null;

  constructor(source: ByteSource) {
    this.sizeBytes = source.sizeBytes;
    this.#source = source;
  }

  async read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    const end = Math.min(offset + length, this.sizeBytes);
    if (end <= offset) return new Uint8Array();
    if (this.#head && end <= this.#head.length) return this.#head.subarray(offset, end);
    const bytes = await this.#source.read(offset, end - offset, signal);
    if (offset === 0) this.#head = bytes;
    return bytes;
  }
}
