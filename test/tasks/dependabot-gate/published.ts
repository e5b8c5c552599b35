import { hash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { indexPath } from '../../../src/registries/crates-index.ts';
import type { Routes } from '../../rig/registry-server.ts';
import { tarOf } from '../../rig/tar.ts';

/** A version that a registry of the tests has. */
export interface Publication {
  readonly name: string;
  readonly version: string;
  /** Requirements by name. */
  readonly needs?: Readonly<Record<string, string>>;
  /** By default a year. */
  readonly ageDays?: number;
  readonly yanked?: boolean;
  readonly deprecated?: string;
  /** Whether it runs something when it is built or installed. */
  readonly runs?: boolean;
  readonly isProcMacro?: boolean;
}

/** The time so many days ago. */
export function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString();
}

/** The archive of a crate. */
export async function crateArchive(crate: Publication): Promise<Buffer> {
  const { name, version, runs = false, isProcMacro = false } = crate;
  const archive = pack();
  const manifest = `[package]\nname = "${name}"\nversion = "${version}"\n${
    isProcMacro ? '[lib]\nproc-macro = true\n' : ''
  }`;
  const folder = `${name}-${version}`;
  const mtime = new Date(0);
  archive.entry({ name: `${folder}/Cargo.toml`, mtime }, manifest);
  if (runs) archive.entry({ name: `${folder}/build.rs`, mtime }, 'fn main() {}');
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

/** The checksum of a crate, as Cargo.lock has it. */
export async function checksumOf(crate: Publication): Promise<string> {
  return hash('sha256', await crateArchive(crate));
}

type Named = Pick<Publication, 'name' | 'version'>;

/** The tarball of a package. Whether it runs something only its packument tells here. */
function npmTarball({ name, version }: Named): Buffer {
  const manifest = JSON.stringify({ name, version });
  return gzipSync(tarOf({ 'package/package.json': manifest }));
}

/** The checksum of a package, as package-lock.json has it. */
export function integrityOf(published: Named): string {
  return `sha512-${hash('sha512', npmTarball(published), 'base64')}`;
}

/** The routes of a crates index below `/crates`, with its archives. */
export async function cratesRoutes(
  crates: readonly Publication[],
  url: () => string,
): Promise<Routes> {
  const routes: Routes = {
    '/crates/config.json': () => ({ body: { dl: `${url()}/archives` } }),
  };
  for (const [name, versions] of Map.groupBy(crates, (one) => one.name)) {
    const lines = await Promise.all(versions.map(indexLine));
    routes[`/crates/${indexPath(name)}`] = { body: lines.join('\n') };
    for (const one of versions) {
      const path = `/archives/${name}/${one.version}/download`;
      routes[path] = { body: await crateArchive(one) };
    }
  }
  return routes;
}

async function indexLine(crate: Publication): Promise<string> {
  const { name, version, needs = {}, ageDays = 365, yanked = false } = crate;
  const deps = Object.entries(needs).map(([dependency, req]) => ({
    ...{ name: dependency, req, features: [], optional: false, default_features: true },
    ...{ target: null, kind: 'normal' },
  }));
  return JSON.stringify({
    ...{
      name,
      vers: version,
      deps,
      cksum: await checksumOf(crate),
      features: {},
      yanked,
    },
    ...(ageDays < 0 ? {} : { pubtime: daysAgo(ageDays) }),
  });
}

/** The routes of an npm registry below `/npm`. */
export function npmRoutes(packages: readonly Publication[]): Routes {
  const routes: Routes = {};
  for (const [name, published] of Map.groupBy(packages, (one) => one.name)) {
    const versions = Object.fromEntries(
      published.map(({ version, needs = {}, deprecated, runs }) => [
        version,
        {
          ...{ name, version, dependencies: needs },
          ...(deprecated ? { deprecated } : {}),
          ...(runs ? { hasInstallScript: true } : {}),
          dist: { integrity: integrityOf({ name, version }) },
        },
      ]),
    );
    const time = Object.fromEntries(
      published.map(({ version, ageDays = 365 }) => [version, daysAgo(ageDays)]),
    );
    const packument = { body: { name, versions, time, 'dist-tags': {} } };
    routes[`/npm/${name.replace('/', '%2F')}`] = packument;
    for (const one of published) {
      const file = `${name.split('/').at(-1)}-${one.version}.tgz`;
      routes[`/npm/${name}/-/${file}`] = { body: npmTarball(one) };
    }
  }
  return routes;
}

/** A record of OSV about one package. */
export function osvRecord(
  id: string,
  ecosystem: 'crates.io' | 'npm',
  name: string,
  events: readonly Readonly<Record<string, string>>[],
  severity?: string,
): object {
  return {
    ...{ id, modified: daysAgo(10), published: daysAgo(10), summary: `About ${name}` },
    affected: [
      {
        package: { ecosystem, name },
        ranges: [{ type: 'SEMVER', events }],
        ...(severity ? { database_specific: { severity } } : {}),
      },
    ],
  };
}
