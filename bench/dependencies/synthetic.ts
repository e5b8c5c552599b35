import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inc } from 'semver';
import { makeZip } from '../../test/advisories/make-zip.ts';
import type { Repository } from './repositories.ts';
import type { RustsecRecord } from './rustsec.ts';

interface MadeCrate {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
}

/** Writes a repository with one crate and a Cargo.lock of these crates. */
async function layLockfile(
  directory: string,
  name: string,
  crates: readonly MadeCrate[],
): Promise<Repository> {
  const at = join(directory, name);
  await mkdir(at, { recursive: true });
  const versions = crates.map((one) => `"${one.name} ${one.version}"`);
  const own = `[[package]]\nname = "made-project"\nversion = "0.1.0"\ndependencies = [\n ${versions.slice(0, 50).join(',\n ')},\n]\n`;
  const entries = crates.map((one) => {
    const edges = one.dependencies.map((edge) => ` "${edge}",\n`).join('');
    const dependencies = edges ? `dependencies = [\n${edges}]\n` : '';
    return `[[package]]\nname = "${one.name}"\nversion = "${one.version}"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\nchecksum = "${'0'.repeat(64)}"\n${dependencies}`;
  });
  const text = `version = 4\n\n${[own, ...entries].join('\n')}`;
  await writeFile(join(at, 'Cargo.lock'), text);
  const manifest = '[package]\nname = "made-project"\nversion = "0.1.0"\n\n[workspace]\n';
  await writeFile(join(at, 'Cargo.toml'), manifest);
  return { name, directory: at };
}

/**
 * A lockfile with every version at which a record begins or ends, the releases beside it and
 * a pre-release of it: where evaluations differ, they differ here.
 */
export async function layBounds(
  directory: string,
  records: ReadonlyMap<string, RustsecRecord>,
): Promise<Repository> {
  const crates = new Map<string, MadeCrate>();
  for (const { name, version } of boundsOf(records)) {
    for (const near of [
      version,
      before(version),
      inc(version, 'patch'),
      `${bare(version)}-rc.1`,
    ]) {
      if (near === null) continue;
      crates.set(`${name} ${near}`, { name, version: near, dependencies: [] });
    }
  }
  return layLockfile(directory, 'every bound of every record', [...crates.values()]);
}

function boundsOf(records: ReadonlyMap<string, RustsecRecord>) {
  return [...records.values()].flatMap(({ affected }) =>
    affected.flatMap(({ package: { name }, ranges = [] }) =>
      ranges.flatMap(({ events }) =>
        events
          .flatMap((event) => Object.values(event))
          .map((version) => ({ name, version: version === '0' ? '0.0.0' : version })),
      ),
    ),
  );
}

function bare(version: string): string {
  return version.replace(/[-+].*/, '');
}

/** The release before, where it can be told from the number alone. */
function before(version: string): string | null {
  const [, start = '', patch = ''] = /^(\d+\.\d+\.)(\d+)$/.exec(bare(version)) ?? [];
  return Number(patch) > 0 ? `${start}${Number(patch) - 1}` : null;
}

/** A Cargo.lock of so many crates, every seventh of which RustSec knows. */
export async function layCrates(
  directory: string,
  count: number,
  records: ReadonlyMap<string, RustsecRecord>,
): Promise<Repository> {
  const known = [...new Map(boundsOf(records).map((one) => [one.name, one])).values()];
  const crates: MadeCrate[] = [];
  for (let at = 0; at < count; at++) {
    const real = at % 7 === 0 ? known[at / 7] : undefined;
    const { name, version } = real ?? { name: `made-crate-${at}`, version: `1.${at}.0` };
    const dependencies = crates.slice(-3).map((one) => `${one.name} ${one.version}`);
    crates.push({ name, version, dependencies });
  }
  return layLockfile(directory, `${count} crates`, crates.reverse());
}

/** Adds a package-lock.json of so many packages, and makes so many advisories, as a zip. */
export async function addPackages(
  { name, directory }: Repository,
  count: number,
  advisories: number,
): Promise<{ readonly repository: Repository; readonly zip: Buffer }> {
  const names = Array.from({ length: count }, (_, at) =>
    at % 4 === 0 ? `@made/package-${at}` : `made-package-${at}`,
  );
  const entries = names.map((one, at) => {
    const dependencies = Object.fromEntries(
      names.slice(at + 1, at + 4).map((other) => [other, '^1.0.0']),
    );
    const resolved = `https://registry.npmjs.org/${one}/-/${one.split('/').at(-1)}-1.${at}.0.tgz`;
    const integrity = `sha512-${'A'.repeat(86)}==`;
    return [
      `node_modules/${one}`,
      { version: `1.${at}.0`, resolved, integrity, license: 'MIT', dependencies },
    ];
  });
  const dependencies = Object.fromEntries(
    names.slice(0, 40).map((one) => [one, '^1.0.0']),
  );
  const own = { name: 'made-project', version: '1.0.0', dependencies };
  const lockfile = {
    ...{ name: own.name, version: own.version, lockfileVersion: 3, requires: true },
    packages: { '': own, ...Object.fromEntries(entries) },
  };
  await writeFile(join(directory, 'package.json'), JSON.stringify(own, null, 2));
  await writeFile(
    join(directory, 'package-lock.json'),
    JSON.stringify(lockfile, null, 2),
  );
  const made = Array.from({ length: advisories }, (_, at) => {
    // One of each package that is there, and every other one of those hits it.
    const every = Math.floor(advisories / count);
    const about = at % every === 0 ? (names[at / every] ?? '') : `absent-${at}`;
    return madeAdvisory(at, about, at % (2 * every) === 0 ? '9.0.0' : '1.0.0');
  });
  const zip = makeZip(
    made.map((one) => ({ name: `${one.id}.json`, text: JSON.stringify(one) })),
  );
  return { repository: { name: `${name} and ${count} packages`, directory }, zip };
}

/** In the form in which GHSA's records stand in OSV, with text of the usual length. */
function madeAdvisory(number: number, name: string, fixed: string) {
  const id = `GHSA-${[0, 1, 2].map((part) => partOf(number, part)).join('-')}`;
  const affected = [
    {
      package: { ecosystem: 'npm', name },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
    },
  ];
  return {
    ...{ schema_version: '1.4.0', id, aliases: [`CVE-2026-${10_000 + number}`] },
    ...{ modified: '2026-01-01T00:00:00Z', published: '2026-01-01T00:00:00Z' },
    summary: `Made advisory about ${name}`,
    details: 'It does what it should not do. '.repeat(50),
    severity: [
      { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' },
    ],
    affected,
    references: [{ type: 'WEB', url: `https://example.com/${id}` }],
    database_specific: { cwe_ids: ['CWE-400'], severity: 'HIGH' },
  };
}

function partOf(number: number, part: number): string {
  const letters = '23456789cfghjmpqrvwx';
  return Array.from({ length: 4 }, (_, at) => {
    const place = 20 ** at * (part + 1);
    return letters[Math.floor(number / place + part * 7) % letters.length];
  }).join('');
}
