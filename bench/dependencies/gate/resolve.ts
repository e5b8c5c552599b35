import { satisfiesCargo } from '../../../src/dependencies/cargo/requirement.ts';
import type { PublishedVersion } from '../../../src/dependencies/model.ts';
import { compareVersions, isPrerelease } from '../../../src/dependencies/version.ts';
import { versionsOf } from './registries.ts';

/** A package as a lockfile gives it. */
export interface Resolved {
  readonly name: string;
  readonly release: PublishedVersion;
  /** What it was given of each that it asks for. */
  readonly needs: readonly { readonly name: string; readonly version: string }[];
}

export interface Wish {
  readonly name: string;
  readonly requirement: string;
}

/** What came of resolving: by `serde 1.0.2`, in the order in which it was reached. */
export type Resolution = ReadonlyMap<string, Resolved>;

/**
 * Gives every wish a version, and what that needs in turn, as cargo does: what is
 * locked already where it fits, else the newest that fits and was published by then.
 */
export async function resolve(
  wishes: readonly Wish[],
  {
    locked,
    asOf,
  }: { readonly locked: ReadonlyMap<string, readonly string[]>; readonly asOf: Date },
): Promise<Resolution> {
  const resolved = new Map<string, Resolved>();
  const choose = async ({ name, requirement }: Wish): Promise<PublishedVersion> => {
    const versions = (await versionsOf('cargo', name))?.versions ?? [];
    const fitting = versions
      .filter(({ version }) => satisfiesCargo(version, requirement))
      .toSorted((a, b) => compareVersions(b.version, a.version));
    const isLocked = ({ version }: PublishedVersion) =>
      locked.get(name)?.includes(version);
    const isUsual = ({ version, yanked }: PublishedVersion) =>
      !yanked && !isPrerelease(version);
    const wasThere = ({ publishedAt }: PublishedVersion) =>
      publishedAt !== null && Date.parse(publishedAt) <= asOf.getTime();
    const chosen =
      fitting.find(({ version }) => resolved.has(`${name} ${version}`)) ??
      fitting.find(isLocked) ??
      fitting.find((one) => isUsual(one) && wasThere(one)) ??
      // What was there then may have been taken back since.
      fitting.find(wasThere) ??
      fitting.find(isUsual) ??
      fitting[0];
    if (chosen) return chosen;
    throw new Error(`nothing published fits ${name} ${requirement}`);
  };
  const add = async (wish: Wish): Promise<string> => {
    const release = await choose(wish);
    const key = `${wish.name} ${release.version}`;
    if (resolved.has(key)) return release.version;
    resolved.set(key, { name: wish.name, release, needs: [] });
    const needs: { name: string; version: string }[] = [];
    for (const one of release.dependencies) {
      if (one.scope === 'dev' || one.optional) continue;
      const { package: name, requirement } = one;
      needs.push({ name, version: await add({ name, requirement }) });
    }
    const distinct = new Map(needs.map((one) => [`${one.name} ${one.version}`, one]));
    resolved.set(key, { name: wish.name, release, needs: [...distinct.values()] });
    return release.version;
  };
  for (const wish of wishes) await add(wish);
  return resolved;
}

/** The versions of a resolution by name, to be kept by the next one. */
export function versionsIn(resolution: Resolution): Map<string, string[]> {
  const versions = new Map<string, string[]>();
  for (const { name, release } of resolution.values()) {
    versions.set(name, [...(versions.get(name) ?? []), release.version]);
  }
  return versions;
}
