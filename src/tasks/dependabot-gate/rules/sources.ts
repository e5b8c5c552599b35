import { isOnCratesIo } from '../../../dependencies/cargo/crates-io.ts';
import type { LockedPackage, Origin } from '../../../dependencies/model.ts';
import { isOwnTarball } from '../../../dependencies/npm/origin.ts';
import { tarballUrl } from '../../../registries/npm-contents.ts';
import { foreign, placeOf } from '../delta/lock-delta.ts';
import type { Evidence, Incoming, LockfileChange } from '../evidence.ts';
import { publishedVersion } from '../known.ts';
import { memberOf } from '../members.ts';
import { block, type Reason, type Rule, review } from '../reason.ts';

type Facts = Pick<Evidence, 'lockfiles' | 'incoming' | 'knowledge' | 'npmHost'>;

const publicHost = 'registry.npmjs.org';

/** Where packages come from, and that they are what the registry has. */
export const sources: Rule<Facts> = {
  name: 'sources',
  holds: 'each package is the one that the registry has, from a source known before',
  judge(facts) {
    return [
      ...facts.lockfiles.flatMap((change) => judgeAltered(change, facts)),
      ...facts.incoming.flatMap((one) => judgeIncoming(one, facts)),
    ];
  },
};

function judgeAltered(change: LockfileChange, facts: Facts): Reason[] {
  const { path, ecosystem, delta } = change;
  return delta.altered.flatMap(({ before, after }) => {
    const { name, version } = after;
    const about = { member: { ecosystem, name, version, path } };
    const what = `${path}: ${name} ${version} stays`;
    if (
      before.integrity !== after.integrity &&
      !isMoreThan(before, after, facts, change)
    ) {
      return [block('integrity-changed', `${what}, and its checksum changes.`, about)];
    }
    if (placeOf(before.origin) === placeOf(after.origin)) return [];
    // Some versions of npm note the address, some leave it to the configuration.
    const isNoted = [before, after].some(({ origin }) => addressOf(origin) === null);
    const isBothRegistry = [before, after].every(
      ({ origin }) => origin.kind === 'registry',
    );
    if (isNoted && isBothRegistry && ecosystem === 'npm') {
      const reason = judgeSource(after, change, facts.npmHost);
      return reason ? [{ ...reason, ...about }] : [];
    }
    return [block('new-source', `${what}, and comes from another place.`, about)];
  });
}

/** Whether a checksum is the registry's, where there was none, or one of another kind. */
function isMoreThan(
  before: LockedPackage,
  after: LockedPackage,
  { knowledge }: Facts,
  { ecosystem }: LockfileChange,
): boolean {
  const published = publishedVersion({ ecosystem, ...after }, knowledge)?.integrity;
  if (!published || after.integrity === null) return false;
  const kinds = new Set(before.integrity?.match(/\bsha\d+(?=-)/g));
  const isOfAnotherKind =
    kinds.size > 0 && !kinds.has(after.integrity.split('-')[0] ?? '');
  const isNew = before.integrity === null || isOfAnotherKind;
  return isNew && isHeldTo(after.integrity, published);
}

function addressOf(origin: LockedPackage['origin']): string | null {
  return origin.kind === 'path' ? origin.path : origin.url;
}

function judgeIncoming(incoming: Incoming, facts: Facts): Reason[] {
  const change = facts.lockfiles.find(({ path }) => path === incoming.lockfile);
  const reasons = incoming.places.flatMap((place) => {
    const source = change ? judgeSource(place, change, facts.npmHost) : null;
    return source ? [source] : judgeIntegrity(place, incoming, facts);
  });
  // Several places say the same of one version.
  const said = Map.groupBy(reasons, ({ message }) => message);
  const about = { member: memberOf(incoming) };
  return [...said.values()].flatMap(([first]) => (first ? [{ ...first, ...about }] : []));
}

/** What speaks against the source of a package; null where its checksum can be asked for. */
function judgeSource(
  place: LockedPackage,
  { before, ecosystem }: LockfileChange,
  npmHost: string,
): Reason | null {
  const { name, version, origin } = place;
  const shown = `${name} ${version}`;
  if (origin.kind === 'path') {
    return block('new-source', `${shown} comes from a folder, ${origin.path}.`);
  }
  if (origin.kind === 'git') {
    const isKnown = foreign(before).some(
      (one) =>
        one.name === name &&
        one.origin.kind === 'git' &&
        one.origin.url.split('#')[0] === origin.url.split('#')[0],
    );
    return isKnown
      ? review('needs-review', `${shown} comes from git: no registry vouches for it.`)
      : block('new-source', `${shown} comes from git, ${shownAddress(origin.url)}.`);
  }
  return ecosystem === 'cargo'
    ? judgeCargoRegistry(shown, origin, before)
    : judgeTarball(place, origin.url, before, npmHost);
}

function judgeCargoRegistry(
  shown: string,
  from: Extract<Origin, { kind: 'registry' }>,
  before: LockfileChange['before'],
): Reason | null {
  if (isOnCratesIo(from)) return null;
  const { url } = from;
  const place = shownAddress(url ?? '');
  const isKnown = foreign(before).some(
    ({ origin }) => origin.kind === 'registry' && origin.url === url,
  );
  return isKnown
    ? review('needs-review', `${shown} comes from ${place}, which is not asked here.`)
    : block(
        'new-source',
        `${shown} comes from a registry that none came from, ${place}.`,
      );
}

function judgeTarball(
  { name, version }: LockedPackage,
  url: string | null,
  before: LockfileChange['before'],
  npmHost: string,
): Reason | null {
  // The configuration says which registry, and the checksum says that it is the package.
  if (url === null) return null;
  const shown = `${name} ${version}`;
  const [host, place] = [hostOf(url), shownAddress(url)];
  const known = new Set([publicHost, npmHost]);
  for (const { origin } of foreign(before)) {
    if (origin.kind === 'registry' && origin.url) known.add(hostOf(origin.url));
  }
  if (!known.has(host)) {
    return block(
      'new-source',
      `${shown} comes from a host that none came from, ${host}.`,
    );
  }
  if (!/^https:/i.test(url) && host !== npmHost) {
    return block('new-source', `${shown} is fetched without encryption, from ${place}.`);
  }
  const isOwn = isOwnTarball(name, version, url);
  if (isOwn === false) {
    return block(
      'new-source',
      `${shown} is fetched from the place of another, ${place}.`,
    );
  }
  const isAsked = host === publicHost || host === npmHost;
  if (isOwn && isAsked && isExact(url, name, version, host)) return null;
  if (isOwn && !isAsked) {
    return review(
      'needs-review',
      `${shown} comes from ${host}, which is not asked here.`,
    );
  }
  return review(
    'unexpected-change',
    `${shown} is fetched from an unusual place, ${place}.`,
  );
}

function judgeIntegrity(
  { integrity, origin }: LockedPackage,
  incoming: Incoming,
  { knowledge }: Facts,
): Reason[] {
  const shown = `${incoming.name} ${incoming.version}`;
  const published = publishedVersion(incoming, knowledge);
  if (published === undefined) {
    return [
      review('source-failed', `Nobody says whether ${shown} is what its registry has.`),
    ];
  }
  if (published === null) {
    return [block('integrity-changed', `The registry has no ${shown}.`)];
  }
  // So npm writes down what lies within the tarball of another package.
  if (integrity === null && origin.kind === 'registry' && origin.url === null) {
    return [review('needs-review', `${shown} has neither a source nor a checksum.`)];
  }
  if (integrity === null) {
    return [block('integrity-changed', `${shown} has no checksum in the lockfile.`)];
  }
  if (published.integrity === null) {
    return [review('source-failed', `The registry tells no checksum of ${shown}.`)];
  }
  if (isHeldTo(integrity, published.integrity)) return [];
  return [block('integrity-changed', `The checksum of ${shown} is not the registry's.`)];
}

/** Whether an address is written as the registry itself writes it, with nothing beside. */
function isExact(url: string, name: string, version: string, host: string): boolean {
  const base = host === publicHost ? `https://${publicHost}` : registryOf(url, name);
  return base !== null && url === tarballUrl(base, name, version);
}

/** Registries of one's own may lie below a path. */
function registryOf(url: string, name: string): string | null {
  const { origin, pathname } = URL.parse(url) ?? {};
  const at = pathname?.lastIndexOf(`/${name}/-/`) ?? -1;
  return at < 0 ? null : `${origin}${pathname?.slice(0, at)}`;
}

/** An address without the name and password in it. */
function shownAddress(url: string): string {
  return url.slice(0, 500).replace(/^([\w+.-]+:\/\/)[^/?#]*@/, '$1');
}

/** SRI may list several checksums; each of the lockfile's must be one of the registry's. */
function isHeldTo(integrity: string, published: string): boolean {
  const known = new Set(published.trim().split(/\s+/));
  return integrity
    .trim()
    .split(/\s+/)
    .every((one) => known.has(one));
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url.slice(0, 100);
}
