import type { ServedAdvisory } from '../../rig/osv-server.ts';

const cratesIo = 'registry+https://github.com/rust-lang/crates.io-index';

interface LockedCrate {
  readonly name: string;
  readonly version: string;
  readonly needs?: readonly string[];
  /** Null for the crates of the repository itself. */
  readonly source?: string | null;
}

/** A Cargo.lock. */
export function cargoLock(crates: readonly LockedCrate[]): string {
  const tables = crates.map(({ name, version, needs = [], source = cratesIo }) =>
    [
      '[[package]]',
      `name = ${JSON.stringify(name)}`,
      `version = ${JSON.stringify(version)}`,
      ...(source === null
        ? []
        : [`source = ${JSON.stringify(source)}`, `checksum = "${'0'.repeat(64)}"`]),
      ...(needs.length > 0 ? [`dependencies = ${JSON.stringify(needs)}`] : []),
    ].join('\n'),
  );
  return `version = 4\n\n${tables.join('\n\n')}\n`;
}

/** A package of one crate, `app`: what stands below `[package]`, and what it was given. */
export function cargoProject(
  manifest: string,
  needs: readonly string[],
  crates: readonly LockedCrate[],
): Record<string, string> {
  const app = { name: 'app', version: '0.1.0', source: null, needs };
  return {
    'Cargo.toml': `[package]\nname = "app"\nversion = "0.1.0"\n${manifest}\n`,
    'Cargo.lock': cargoLock([app, ...crates]),
  };
}

/** A package-lock.json of version 3; `''` is the project itself. */
export function packageLock(
  packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): string {
  const listed = Object.entries(packages).map(([location, entry]) => {
    if (location === '' || entry['link'] === true) return [location, entry];
    const name = location.slice(location.lastIndexOf('node_modules/') + 13);
    const resolved = `https://registry.npmjs.org/${name}/-/${name}-${entry['version']}.tgz`;
    return [location, { resolved, integrity: 'sha512-AA==', ...entry }];
  });
  const lock = { name: 'shop', version: '1.0.0', lockfileVersion: 3 };
  return JSON.stringify({ ...lock, packages: Object.fromEntries(listed) });
}

/** An npm project, from the packages of its lockfile. */
export function npmProject(
  packages: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): Record<string, string> {
  const root = { name: 'shop', version: '1.0.0', ...packages[''] };
  return {
    'package.json': JSON.stringify(root),
    'package-lock.json': packageLock({ ...packages, '': root }),
  };
}

interface About {
  readonly ecosystem?: 'crates.io' | 'npm' | 'GitHub Actions';
  /** By default there is none. */
  readonly fixed?: string;
  readonly introduced?: string;
  readonly modified?: string;
  readonly aliases?: readonly string[];
  readonly summary?: string;
  /** RustSec's `unsound`, `unmaintained`. */
  readonly informational?: string;
  /** GHSA's word: `CRITICAL`, `MODERATE`. */
  readonly severity?: string;
}

/** An advisory about one package. */
export function advisory(id: string, name: string, about: About = {}): ServedAdvisory {
  const { ecosystem = 'crates.io', fixed, introduced = '0', severity } = about;
  const { modified = '2025-01-02T00:00:00Z', aliases = [], informational } = about;
  const { summary = `${name} has a hole` } = about;
  const events = [{ introduced }, ...(fixed === undefined ? [] : [{ fixed }])];
  const record = {
    ...{ id, modified, aliases, summary, published: '2025-01-01T00:00:00Z' },
    ...(severity !== undefined && { database_specific: { severity } }),
    affected: [
      {
        package: { ecosystem, name },
        ranges: [{ type: 'SEMVER', events }],
        ...(informational !== undefined && { database_specific: { informational } }),
      },
    ],
  };
  return record;
}
