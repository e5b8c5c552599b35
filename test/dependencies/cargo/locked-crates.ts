import { parseCargoLock } from '../../../src/dependencies/cargo/lockfile.ts';
import {
  type CargoManifest,
  parseCargoManifest,
} from '../../../src/dependencies/cargo/manifest.ts';
import type { LockGraph, PublishedVersion } from '../../../src/dependencies/model.ts';

const cratesIo = 'registry+https://github.com/rust-lang/crates.io-index';

/** What a workspace of one package, `app`, asks for, and what it was given. */
export interface LockedCrates {
  readonly graph: LockGraph;
  readonly members: readonly CargoManifest[];
  readonly published: (name: string, version: string) => PublishedVersion | undefined;
}

/**
 * Locks crates of the registry for a package. All are told by what stands in their Cargo.toml
 * below `[package]`, crates by name and version (`b 1.0.0`). Where there are several versions
 * of one crate, a requirement is the whole version.
 */
export function lockCrates(
  app: string,
  crates: Readonly<Record<string, string>>,
): LockedCrates {
  const manifests = Object.entries(crates).map(([crate, text]) =>
    manifestOf(crate, text),
  );
  const own = manifestOf('app 0.1.0', app);
  const all = [own, ...manifests];
  const lock = all
    .map((manifest) => lockText(manifest, all, manifest !== own))
    .join('\n');
  return {
    graph: parseCargoLock(`version = 4\n\n${lock}`, 'Cargo.lock'),
    members: [own],
    published: (name, version) => {
      const found = manifests.find((one) => one.name === name && one.version === version);
      return found && publishedAs(found);
    },
  };
}

/** What the index has of a crate with this manifest. */
export function publishedAs({
  version,
  dependencies,
  features,
}: CargoManifest): PublishedVersion {
  return {
    version: version ?? '',
    yanked: false,
    deprecated: null,
    publishedAt: null,
    needs: null,
    integrity: null,
    hasInstallScript: false,
    dependencies,
    features: Object.fromEntries(features),
  };
}

function manifestOf(crate: string, text: string): CargoManifest {
  const [name, version] = crate.split(' ');
  const header = `[package]\nname = "${name}"\nversion = "${version}"\n`;
  return parseCargoManifest(header + text, `${name}/Cargo.toml`);
}

function lockText(
  { name, version, dependencies }: CargoManifest,
  all: readonly CargoManifest[],
  isPublished: boolean,
): string {
  const references = dependencies
    .filter(({ scope }) => !isPublished || scope !== 'dev')
    .flatMap((wanted) => {
      const named = all.filter((one) => one.name === wanted.package);
      if (named.length < 2) return named.map((one) => one.name);
      return [`${wanted.package} ${wanted.requirement}`];
    });
  return [
    '[[package]]',
    `name = "${name}"`,
    `version = "${version}"`,
    ...(isPublished ? [`source = "${cratesIo}"`] : []),
    'dependencies = [',
    ...[...new Set(references)].map((reference) => ` "${reference}",`),
    ']\n',
  ].join('\n');
}
