import { checksumOf, integrityOf, type Publication } from './published.ts';

export const cratesIo = 'registry+https://github.com/rust-lang/crates.io-index';

/** A package as a Cargo.lock of the tests lists it. */
export interface LockedCrate {
  readonly name: string;
  readonly version: string;
  readonly needs?: readonly string[];
  readonly source?: string | null;
  readonly checksum?: string | null;
}

/** Writes a Cargo.lock. Checksums are those of plain crates unless told otherwise. */
export async function cargoLock(
  packages: readonly LockedCrate[],
  published: readonly Publication[],
): Promise<string> {
  const entries = packages.map(async (one) => {
    const { name, version, needs = [], source = cratesIo } = one;
    const known = published.find((p) => p.name === name && p.version === version);
    const checksum =
      one.checksum ?? (await checksumOf(known ?? { name, version })).toString();
    return [
      ...['[[package]]', `name = "${name}"`, `version = "${version}"`],
      ...(source === null ? [] : [`source = "${source}"`]),
      ...(source === null || one.checksum === null ? [] : [`checksum = "${checksum}"`]),
      ...(needs.length > 0
        ? [`dependencies = [${needs.map((need) => `"${need}"`).join(', ')}]`]
        : []),
    ].join('\n');
  });
  return ['version = 4', ...(await Promise.all(entries))].join('\n\n').concat('\n');
}

export function cargoManifest(serde: string, more = ''): string {
  return `[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n${more}\n[dependencies]\nserde = "${serde}"\nother = "0.3"\nlog = { version = "0.4.1" }\n`;
}

/** An entry of a package-lock.json of the tests. */
export interface LockedModule {
  readonly name: string;
  readonly version: string;
  readonly needs?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Writes a package-lock.json of version 3. */
export function packageLock(
  dependencies: Readonly<Record<string, string>>,
  modules: readonly LockedModule[],
  root: object = {},
): string {
  const entries = modules.map(({ name, version, needs, ...fields }) => [
    `node_modules/${name}`,
    {
      version,
      resolved: `https://registry.npmjs.org/${name}/-/${name.split('/').at(-1)}-${version}.tgz`,
      integrity: integrityOf({ name, version }),
      ...(needs ? { dependencies: needs } : {}),
      ...fields,
    },
  ]);
  const packages = {
    '': { name: 'site', version: '1.0.0', dependencies, ...root },
    ...Object.fromEntries(entries),
  };
  return JSON.stringify({ name: 'site', lockfileVersion: 3, requires: true, packages });
}

export function packageJson(
  dependencies: Readonly<Record<string, string>>,
  more: object = {},
): string {
  return JSON.stringify({ name: 'site', version: '1.0.0', dependencies, ...more });
}

/** One update, as a message announces it. */
export interface AnnouncedSample {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** Writes what Dependabot writes into a commit. */
export function commitMessage(updates: readonly AnnouncedSample[], group = ''): string {
  const sentences = updates.map(({ name, from, to }) =>
    group
      ? `Updates \`${name}\` from ${from} to ${to}`
      : `Bumps [${name}](https://github.com/o/${name}) from ${from} to ${to}.`,
  );
  const list = updates.map(({ name, to }) =>
    [
      ...[`- dependency-name: "${name}"`, `  dependency-version: ${to}`],
      ...[
        '  dependency-type: direct:production',
        '  update-type: version-update:semver-patch',
      ],
      ...(group ? [`  dependency-group: ${group}`] : []),
    ].join('\n'),
  );
  return [
    ...['chore(deps): bump', '', ...sentences, '', '---', 'updated-dependencies:'],
    ...[...list, '...', '', 'Signed-off-by: dependabot[bot] <support@github.com>'],
  ].join('\n');
}
