import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import type { Codec } from '../../src/pg-dump/archive.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

/** Where a database is, as its superuser `postgres` reaches it. */
export interface DatabasePlace {
  /** The directory of a socket, or an address. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

export interface DumpOptions {
  /** Before 16 pg_dump knows `none` and `gzip`. By itself it takes gzip. */
  readonly codec?: Codec;
  /** Written to a pipe, so that the table of contents has no offsets. */
  readonly piped?: boolean;
  readonly args?: readonly string[];
}

/** Dumps a database in custom format; returns the archive. */
export async function makeDump(
  { bin, env }: PostgresPrograms,
  { host, port, database }: DatabasePlace,
  { codec = 'gzip', piped = false, args = [] }: DumpOptions = {},
): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'matchbook-dump-'));
  try {
    const file = join(directory, 'backup.dump');
    // The name of a codec is not known before 16, only the level of gzip.
    const compression = { none: '0', gzip: '6', lz4: 'lz4', zstd: 'zstd' }[codec];
    const child = spawn(
      join(bin, 'pg_dump'),
      [
        ...['-Fc', '-Z', compression, ...(piped ? [] : ['-f', file]), ...args],
        ...['-h', host, '-p', String(port), '-U', 'postgres', '-d', database],
      ],
      { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    const [code, written, complaints] = await Promise.all([
      ended,
      buffer(child.stdout),
      text(child.stderr),
    ]);
    if (code !== 0) throw new Error(`pg_dump ended with ${code}: ${complaints}`);
    return piped ? written : await readFile(file);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
