import type { LockedPackage, PublishedVersion } from '../../../dependencies/model.ts';
import {
  compareVersions,
  isCompatibleUpdate,
  isPrerelease,
} from '../../../dependencies/version.ts';
import {
  asCandidate,
  type Candidate,
  clearVersions,
  isClearOf,
  newerThan,
  newestOf,
} from './candidates.ts';
import { distinct, isBest, isBetter } from './cost.ts';
import { type Dependent, dependentsOf } from './dependents.ts';
import type { Bump, Fix, FixWorld, Pulled } from './world.ts';

/** Parents of parents of parents: what needs more than that is no small fix any more. */
const maxDepth = 5;

/** So many versions of one package are tried, from the lowest on, and so many in all. */
const maxTried = 60;
const maxMoves = 3000;

/**
 * Finds the smallest set of bumps that takes a package out of reach of all its advisories:
 * the lowest version that is clear, older than the cooldown if there is one, and that every
 * dependent admits; else with the lowest releases of the dependents that do, and so on up
 * to the manifests of the project. Where there is none, it says who is in the way.
 */
export async function planFix(world: FixWorld, id: string): Promise<Fix> {
  const locked = world.graph.packages.get(id);
  if (!locked) throw new Error(`${id} is not in ${world.graph.lockfile}`);
  if (locked.origin.kind !== 'registry') {
    const why = `${locked.name} comes from a ${locked.origin.kind === 'git' ? 'git repository' : 'folder'}, which has to be updated there`;
    return { kind: 'blocked', by: null, why };
  }
  const published = await world.published(locked.name);
  const candidates = published
    ? clearVersions(world, locked, published)
    : world
        .fixedIn(locked.name)
        .toSorted(compareVersions)
        .map(asCandidate)
        .filter(isClearOf(world, locked));
  if (candidates.length === 0) {
    const newest = published && newestOf(published);
    const why = newest
      ? `no version of ${locked.name} is free of it, up to the newest, ${newest}`
      : `no version of ${locked.name} that is free of it is known`;
    return { kind: 'blocked', by: null, why };
  }
  const search = new Search(world);
  return search.move(locked, candidates, 0);
}

/** What is asked of a package once the others have moved. */
interface Asked {
  /** By who stays where it is. */
  readonly staying: string[];
  readonly moving: string[];
  /** Whether somebody asks for it of whom it is not known for what. */
  isUnsure: boolean;
}

class Search {
  readonly #world: FixWorld;
  readonly #dependents: ReadonlyMap<string, readonly Dependent[]>;
  /** Packages that are being moved already: a cycle cannot be the way out of itself. */
  readonly #moving = new Set<string>();
  #movesLeft = maxMoves;

  constructor(world: FixWorld) {
    this.#world = world;
    this.#dependents = dependentsOf(world.graph);
  }

  /** Moves a package to one of the candidates, and whoever has to move with it. */
  async move(
    locked: LockedPackage,
    candidates: readonly Candidate[],
    depth: number,
  ): Promise<Fix> {
    this.#moving.add(locked.id);
    let best: Fix | null = null;
    for (const candidate of candidates.slice(0, maxTried)) {
      if (this.#movesLeft-- <= 0) break;
      const fix = await this.#moveTo(locked, candidate, candidates, depth);
      if (isBetter(fix, best)) best = fix;
      if (isBest(fix)) break;
    }
    this.#moving.delete(locked.id);
    return best ?? { kind: 'blocked', by: null, why: `${locked.name} has no way out` };
  }

  async #moveTo(
    locked: LockedPackage,
    { version, publishedAt, deprecated }: Candidate,
    candidates: readonly Candidate[],
    depth: number,
  ): Promise<Fix> {
    const { id, name, version: from } = locked;
    const isCompatible = isCompatibleUpdate(from, version) === true;
    const bumps: Bump[] = [];
    const manifests: string[] = [];
    const unsure: string[] = [];
    const asked: Asked = { staying: [], moving: [], isUnsure: false };
    for (const dependent of this.#dependents.get(id) ?? []) {
      const { requirement, by } = dependent;
      if (requirement === null) {
        if (!isCompatible) return onlyTheRegistryTells(name, version, by);
        unsure.push(by.name);
        asked.isUnsure = true;
      } else if (this.#world.admits(requirement, version)) {
        asked.staying.push(requirement);
      } else if (by.origin.kind === 'path') {
        manifests.push(by.id);
        asked.moving.push(`^${version}`);
      } else {
        const raised = await this.#raise(by, name, version, depth);
        if (raised.kind === 'blocked') return raised;
        bumps.push(...raised.bumps);
        unsure.push(...raised.unsure);
        asked.moving.push(...(await this.#asks(by.name, raised, name)));
      }
    }
    const isFresh = publishedAt !== null && !this.#world.isCool(publishedAt);
    const all = [...asked.staying, ...asked.moving];
    bumps.push({
      ...{ id, name, from, to: version, manifests, isFresh, isCompatible },
      isDeprecated: deprecated !== null,
      pulled: await this.#pulled(locked, version, asked),
      newestWouldDo: await this.#newestWouldDo(locked, candidates, (one) =>
        all.every((requirement) => this.#world.admits(requirement, one)),
      ),
    });
    return { kind: 'bumps', bumps: distinct(bumps), unsure: [...new Set(unsure)] };
  }

  /** What the release to which a parent moves asks for; nothing where it does without. */
  async #asks(
    parent: string,
    { bumps }: Extract<Fix, { kind: 'bumps' }>,
    name: string,
  ): Promise<string[]> {
    const to = bumps.at(-1)?.to;
    const published = await this.#world.published(parent);
    const release = published?.versions.find(({ version }) => version === to);
    return (release?.dependencies ?? [])
      .filter((one) => one.package === name && one.scope !== 'dev')
      .map(({ requirement }) => requirement);
  }

  /** Who moves on takes it along, unless somebody is content with what is locked. */
  async #pulled(
    { id, name, version: from }: LockedPackage,
    to: string,
    { staying, moving, isUnsure }: Asked,
  ): Promise<Pulled | null> {
    const movesOn = moving.some((one) => !this.#world.admits(one, from));
    // Within a caret range cargo has one version for all: who is content moves as well.
    const isShared =
      this.#world.graph.ecosystem === 'cargo' && isCompatibleUpdate(from, to) === true;
    const isHeld = staying.length > 0 || isUnsure;
    // Where nobody asks for it any more, it is gone.
    const isGone = moving.length === 0 && !isHeld && this.#dependents.has(id);
    if (isGone) return { to, isFine: true };
    if (!movesOn || (isHeld && !isShared)) return null;
    const published = await this.#world.published(name);
    const newest = (published?.versions ?? [])
      .filter(({ version, yanked }) => !yanked && !isPrerelease(version))
      .filter(({ version }) =>
        [...staying, ...moving].every((one) => this.#world.admits(one, version)),
      )
      .sort((a, b) => compareVersions(a.version, b.version))
      .at(-1);
    if (!newest) return null;
    const { version, publishedAt } = newest;
    const isFine =
      version === to ||
      (this.#world.isClear(name, version) && this.#world.isCool(publishedAt));
    return { to: version, isFine };
  }

  /** What is no candidate has a hole of its own, or does not go with what it is for. */
  async #newestWouldDo(
    locked: LockedPackage,
    candidates: readonly Candidate[],
    admits: (version: string) => boolean,
  ): Promise<Bump['newestWouldDo']> {
    const published = await this.#world.published(locked.name);
    // Where nobody was asked, what has cooled down is the better guess.
    if (!published) return 'cooled';
    const admitted = newerThan(locked, published.versions).filter(
      (one) => one.deprecated === null && admits(one.version),
    );
    const isCandidate = (one: PublishedVersion | undefined) =>
      candidates.some(({ version }) => version === one?.version);
    const newest = admitted.at(-1);
    const cooled = admitted.findLast((one) => this.#world.isCool(one.publishedAt));
    if (isCandidate(newest) && (newest === cooled || cooled === undefined)) {
      return 'at-all';
    }
    return isCandidate(cooled) ? 'cooled' : 'neither';
  }

  /** Moves a parent to its lowest release that admits a version of its dependency. */
  async #raise(
    parent: LockedPackage,
    name: string,
    version: string,
    depth: number,
  ): Promise<Fix> {
    const by = `${parent.name} ${parent.version}`;
    if (this.#moving.has(parent.id)) {
      return { kind: 'blocked', by, why: `${by} and ${name} depend on each other` };
    }
    if (depth >= maxDepth) {
      return { kind: 'blocked', by, why: `more than ${maxDepth} packages would move` };
    }
    const published = await this.#world.published(parent.name);
    if (!published) {
      return {
        kind: 'blocked',
        by,
        why: `${by} does not admit ${name} ${version}, and what newer releases of it admit is not known`,
      };
    }
    const admitting = newerThan(parent, published.versions).filter(
      (release) =>
        this.#world.isClear(parent.name, release.version) &&
        release.dependencies
          .filter((one) => one.package === name && one.scope !== 'dev')
          .every(({ requirement }) => this.#world.admits(requirement, version)),
    );
    if (admitting.length === 0) {
      const newest = newestOf(published);
      const why = `${by} does not admit ${name} ${version}, nor does its newest release, ${newest}`;
      return { kind: 'blocked', by, why };
    }
    return this.move(parent, admitting, depth + 1);
  }
}

/** Offline the lockfile of cargo does not say what its crates ask for. */
function onlyTheRegistryTells(name: string, version: string, by: LockedPackage): Fix {
  const who = `${by.name} ${by.version}`;
  const why = `it takes ${name} ${version}, and whether ${who} admits that only the registry can tell`;
  return { kind: 'blocked', by: who, why };
}
