import type { Origin } from '../model.ts';

/**
 * Where a package comes from, by what its lockfile writes under `resolved`. A tarball that
 * is fetched over HTTP counts as one of a registry, and `url` is its own address.
 */
export function originOf(resolved: string | null): Origin {
  if (resolved === null) return { kind: 'registry', url: null };
  if (isGit(resolved)) return { kind: 'git', url: resolved };
  if (/^https?:/i.test(resolved)) return { kind: 'registry', url: resolved };
  return { kind: 'path', path: resolved.replace(/^file:/, '') };
}

/** The commit that the address of a git repository ends with; null where it has none. */
export function commitOf(address: string): string | null {
  return /#([0-9a-f]{40,64})$/.exec(address)?.[1] ?? null;
}

/** The version in the name of a tarball; null where the name does not end with one. */
export function tarballVersion(address: string): string | null {
  return /-(\d+\.\d+\.\d+[^/?#]*)\.(?:tgz|tar\.gz)$/.exec(address)?.[1] ?? null;
}

/**
 * Whether an address is that of a package's own tarball, as registries lay them out
 * (`name/-/name-1.2.3.tgz`). Null for an address of another shape, which says nothing.
 */
export function isOwnTarball(
  name: string,
  version: string,
  address: string,
): boolean | null {
  const [folder, tarball, ...more] = pathOf(address)?.split('/-/') ?? [];
  if (folder === undefined || tarball === undefined) return null;
  const above = folder.slice(0, -name.length);
  const file = name.slice(name.lastIndexOf('/') + 1);
  return (
    folder.endsWith(`/${name}`) &&
    // Else it is another package, whose scope comes before the same name.
    !/\/@[^/]*\/$/.test(above) &&
    // Registries of some vendors keep the scope in the name of the file.
    [`${file}-${version}.tgz`, `${name}-${version}.tgz`].includes(tarball) &&
    more.length === 0
  );
}

function isGit(address: string): boolean {
  return (
    /^(?:git[+:@]|github:|gitlab:|bitbucket:|gist:)/i.test(address) ||
    /^https?:.*\.git(?:#.*)?$/i.test(address)
  );
}

function pathOf(address: string): string | null {
  try {
    return decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
}
