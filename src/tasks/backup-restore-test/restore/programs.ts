import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** A PostgreSQL with a server and pg_restore. */
export interface Installation {
  readonly bin: string;
  /** Of the server: `15.18`. */
  readonly version: string;
  readonly major: number;
  /** Major version of pg_restore, which need not be that of the server. */
  readonly restoreMajor: number;
  /** With `extension/` in it; null where it could not be found out. */
  readonly shareDirectory: string | null;
}

/** The programs that a restore takes. */
const needed = ['initdb', 'postgres', 'pg_restore'] as const;

/** Where packages put PostgreSQL; the star stands for a major version. */
const places = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/local/pgsql/bin',
  '/opt/homebrew/opt/postgresql@*/bin',
  '/usr/local/opt/postgresql@*/bin',
  '/Library/PostgreSQL/*/bin',
];

/** A directory was given, and what a restore takes is not in it. */
export class UnusablePrograms extends Error {}

/**
 * Finds what is installed, or looks into the directory that is given. Throws
 * `UnusablePrograms` where that does not have what it takes.
 */
export async function findPrograms(given: string | null): Promise<Installation[]> {
  if (given !== null) return [await examineGiven(path.resolve(given))];
  const inPath = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const expanded = await Promise.all(places.map(expand));
  const candidates = [...expanded.flat(), ...inPath].map((bin) => path.resolve(bin));
  const found: Installation[] = [];
  for (const bin of new Set(candidates)) {
    if ((await missingIn(bin)).length > 0) continue;
    // One that does not even tell its version is of no use, and of no harm.
    const installation = await examine(bin).catch(() => null);
    if (installation) found.push(installation);
  }
  return found;
}

async function examineGiven(bin: string): Promise<Installation> {
  const missing = await missingIn(bin);
  if (missing.length > 0) {
    throw new UnusablePrograms(
      `In ${bin} there is no ${missing.join(', no ')}. The input postgres-bin must name the directory with ${needed.join(', ')}, such as /usr/lib/postgresql/15/bin.`,
    );
  }
  try {
    return await examine(bin);
  } catch (error) {
    throw new UnusablePrograms(
      `The programs in ${bin} (postgres-bin) cannot be run: ${(error as Error).message.trim()}.`,
    );
  }
}

async function missingIn(bin: string): Promise<string[]> {
  const missing = await Promise.all(
    needed.map((name) =>
      access(path.join(bin, name), constants.X_OK).then(
        () => [],
        () => [name],
      ),
    ),
  );
  return missing.flat();
}

async function examine(bin: string): Promise<Installation> {
  const server = await versionOf(bin, 'postgres');
  const restore = await versionOf(bin, 'pg_restore');
  return {
    bin,
    version: server,
    major: majorOf(server),
    restoreMajor: majorOf(restore),
    shareDirectory: await shareDirectoryOf(bin),
  };
}

async function versionOf(bin: string, name: string): Promise<string> {
  const { stdout } = await run(bin, name, ['--version']);
  // `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`
  const [, version] = /\(PostgreSQL\) (\d+\S*)/.exec(stdout) ?? [];
  if (version) return version;
  throw new Error(`${name} --version says ${JSON.stringify(stdout.slice(0, 100))}`);
}

export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

async function shareDirectoryOf(bin: string): Promise<string | null> {
  const said = await run(bin, 'pg_config', ['--sharedir']).catch(() => null);
  const beside = ['../share/postgresql', '../share'].map((one) => path.join(bin, one));
  for (const directory of [said?.stdout.trim(), ...beside]) {
    if (!directory) continue;
    const entries = await readdir(path.join(directory, 'extension')).catch(() => null);
    if (entries) return directory;
  }
  return null;
}

async function run(bin: string, name: string, args: string[]) {
  const env = programEnvironment(bin);
  return await promisify(execFile)(path.join(bin, name), args, { env, timeout: 20_000 });
}

/**
 * The environment of every program of PostgreSQL: no `PG*` variable that could lead it to
 * another server, and no secret.
 */
export function programEnvironment(bin: string): NodeJS.ProcessEnv {
  const libraries = [path.join(bin, '../lib'), process.env['LD_LIBRARY_PATH']];
  return {
    PATH: process.env['PATH'],
    LC_ALL: 'C',
    TZ: 'UTC',
    // Some packages find their libraries by this alone. Those of the system come after.
    LD_LIBRARY_PATH: libraries.filter(Boolean).join(':'),
  };
}

/** The directories of a pattern with one star in it. */
async function expand(pattern: string): Promise<string[]> {
  const parts = pattern.split('/');
  const star = parts.findIndex((part) => part.includes('*'));
  if (star < 0) return [pattern];
  const parent = parts.slice(0, star).join('/') || '/';
  const [before = '', after = ''] = (parts[star] ?? '').split('*');
  const names = await readdir(parent).catch(() => []);
  return names
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => [parent, name, ...parts.slice(star + 1)].join('/'));
}
