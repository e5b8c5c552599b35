import type { PublishedDependency, PublishedVersion } from '../dependencies/model.ts';
import { isObject, type JsonObject, textAt, valueAt } from './read-answer.ts';

const noFeatures = Object.freeze(Object.create(null));

/** What a lockfile repeats of a package.json, and the registry tells of each version. */
const repeated = [
  ...['dependencies', 'optionalDependencies', 'peerDependencies', 'peerDependenciesMeta'],
  ...['bundleDependencies', 'bundledDependencies', 'bin', 'os', 'cpu', 'libc'],
];

/** Reads one version of a packument, whole or abbreviated. */
export function publishedNpmVersion(
  version: string,
  manifest: JsonObject,
  publishedAt: string | null,
): PublishedVersion {
  // Packuments have hundreds of versions, of which one is in use: the rest of each is let
  // go, and its dependencies are read when they are asked for.
  const kept = repeated.flatMap((key) => {
    const value = valueAt(manifest, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  const dependencies = valueAt(manifest, 'dependencies');
  const optional = valueAt(manifest, 'optionalDependencies');
  return {
    version,
    yanked: false,
    deprecated: deprecationOf(manifest),
    publishedAt,
    needs: textAt(valueAt(manifest, 'engines'), 'node'),
    integrity: integrityOf(valueAt(manifest, 'dist')),
    hasInstallScript: hasInstallScript(manifest),
    get dependencies() {
      return dependenciesOf(dependencies, optional);
    },
    features: noFeatures,
    manifest: Object.fromEntries(kept),
  };
}

/** What was published before there was SRI has only a sha1, in hexadecimal. */
function integrityOf(dist: unknown): string | null {
  const sha1 = textAt(dist, 'shasum') ?? '';
  const older = /^[0-9a-f]{40}$/i.test(sha1)
    ? `sha1-${Buffer.from(sha1, 'hex').toString('base64')}`
    : null;
  return textAt(dist, 'integrity') ?? older;
}

/** An empty message takes a deprecation back. */
function deprecationOf(manifest: JsonObject): string | null {
  const deprecated = valueAt(manifest, 'deprecated');
  if (deprecated === true) return 'deprecated';
  return typeof deprecated === 'string' && deprecated !== '' ? deprecated : null;
}

/** npm also builds a package that has a `binding.gyp` and no script of its own. */
function hasInstallScript(manifest: JsonObject): boolean {
  const scripts = valueAt(manifest, 'scripts');
  return (
    valueAt(manifest, 'hasInstallScript') === true ||
    valueAt(manifest, 'gypfile') === true ||
    ['preinstall', 'install', 'postinstall'].some((name) => textAt(scripts, name))
  );
}

/** What is in both is optional: npm reads it so. */
function dependenciesOf(required: unknown, optional: unknown): PublishedDependency[] {
  const found = new Map<string, PublishedDependency>();
  for (const table of [required, optional]) {
    if (!isObject(table)) continue;
    for (const [alias, requirement] of Object.entries(table)) {
      if (typeof requirement !== 'string') continue;
      const [, other, range] = /^npm:(@?[^@]+)(?:@(.*))?$/.exec(requirement) ?? [];
      found.set(alias, {
        alias,
        package: other ?? alias,
        requirement: other === undefined ? requirement : (range ?? '*'),
        scope: 'runtime',
        optional: table === optional,
        features: [],
        defaultFeatures: true,
        target: null,
      });
    }
  }
  return [...found.values()];
}
