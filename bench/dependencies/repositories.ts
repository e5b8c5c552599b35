import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'smol-toml';
import { runCommand } from '../../scripts/command.ts';
import { sharedData } from './shared-data.ts';

/** A repository with a Cargo.lock, as a copy that may be changed. */
export interface Repository {
  readonly name: string;
  readonly directory: string;
}

/** Workspaces whose lockfiles real cargo has made, with old releases in them. */
const locks = join(import.meta.dirname, 'locks');

/**
 * The manifest of a crate that atuin keeps a changed copy of. The copy is not among the
 * data: this asks for what atuin's lockfile gives it.
 */
const vendoredManifest = `[package]
name = "axoasset"
version = "2.0.1"
edition = "2021"

[features]
json-serde = ["serde_json", "serde"]
remote = ["reqwest", "image"]

[dependencies]
camino = "1"
image = { version = "0.25", optional = true, default-features = false }
lazy_static = "1"
miette = "7"
mime = "0.3"
reqwest = { version = ">=0.13", optional = true, default-features = false, features = ["json"] }
serde = { version = "1", optional = true, features = ["derive"] }
serde_json = { version = "1", optional = true }
thiserror = "2"
url = "2"
walkdir = "2"
`;

/** Lays out a copy of every repository below a new directory, which is the caller's. */
export async function layRepositories(): Promise<{
  readonly directory: string;
  readonly repositories: readonly Repository[];
}> {
  const directory = await mkdtemp(join(tmpdir(), 'matchbook-bench-dependencies-'));
  const names = (await readdir(locks)).sort();
  const sources = [
    { name: 'atuin', from: sharedData('repos/atuin') },
    ...names.map((name) => ({ name, from: join(locks, name) })),
  ];
  const repositories: Repository[] = [];
  for (const { name, from } of sources) {
    const repository = { name, directory: join(directory, name) };
    await cp(from, repository.directory, { recursive: true });
    await runCommand('chmod', ['-R', 'u+w', repository.directory]);
    if (name === 'atuin') await vendor(repository.directory);
    repositories.push(repository);
  }
  return { directory, repositories };
}

async function vendor(repository: string): Promise<void> {
  await mkdir(join(repository, 'vendor', 'axoasset'), { recursive: true });
  await writeFile(join(repository, 'vendor', 'axoasset', 'Cargo.toml'), vendoredManifest);
}

/** Copies a repository, and makes cargo take it for whole: with sources, though empty. */
export async function copyForCargo(
  { directory }: Repository,
  to: string,
): Promise<string> {
  await rm(to, { recursive: true, force: true });
  await cp(directory, to, { recursive: true });
  // The toolchain that it names need not be here, and nothing is compiled.
  await rm(join(to, 'rust-toolchain.toml'), { force: true });
  const files = await readdir(to, { recursive: true });
  for (const file of files.filter((path) => /(^|\/)Cargo\.toml$/.test(path))) {
    const folder = join(to, dirname(file));
    const manifest = parse(await readFile(join(to, file), 'utf8'));
    if (manifest['package'] === undefined) continue;
    const targets = ['bin', 'bench', 'example', 'test', 'lib'].flatMap((kind) =>
      [manifest[kind] ?? []].flat().map((one) => targetPath(kind, one)),
    );
    for (const target of ['src/lib.rs', ...targets]) {
      await mkdir(dirname(join(folder, target)), { recursive: true });
      await writeFile(join(folder, target), '');
    }
  }
  return to;
}

function targetPath(kind: string, target: unknown): string {
  const { name, path } = target as { readonly name?: string; readonly path?: string };
  if (path !== undefined) return path;
  if (kind === 'lib') return 'src/lib.rs';
  return kind === 'bin'
    ? `src/bin/${name}.rs`
    : `${kind}${kind === 'bench' ? 'es' : 's'}/${name}.rs`;
}
