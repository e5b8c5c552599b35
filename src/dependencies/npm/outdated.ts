import type { PublishedPackage, PublishedVersion } from '../model.ts';
import { compareVersions } from '../version.ts';
import { nodeSupport } from './node-support.ts';
import { pickVersion } from './pick-version.ts';
import { realRequirement } from './requirement.ts';

/** What `npm outdated` says of a dependency, and why it would say so. */
export interface NpmOutdated {
  /**
   * The newest that the requirement allows. Null where none does, or where it is no range:
   * a git repository, a file, a dist-tag other than `latest`.
   */
  readonly wanted: string | null;
  /** What the maintainers call the latest, whether or not it runs on the project's Node.js. */
  readonly latest: string | null;
  /** What `npm outdated` calls the latest. Null where the project's Node.js is not known. */
  readonly newestForEngines: string | null;
  /** Why these differ from what one would expect, in sentences. */
  readonly note: string | null;
}

export interface NpmOutdatedQuestion {
  readonly requirement: string;
  /** The version in the lockfile. */
  readonly current: string;
  readonly published: PublishedPackage;
  /** A version, a line such as `22`, or a range of Node.js versions; null: not known. */
  readonly engines: string | null;
}

/** Gives the answer of `npm outdated` from what the registry says of a package. */
export function npmOutdated(question: NpmOutdatedQuestion): NpmOutdated {
  const { requirement, published, engines } = question;
  const runs = engines === null ? null : nodeSupport(engines);
  const pick = (range: string) => pickVersion(published, range, runs ?? (() => true));
  const tagged = versionOf(published, published.latest);
  const latest = tagged ?? pick('*');
  const newestForEngines = runs && pick('*');
  const { range } = realRequirement(requirement);
  // npm takes a dist-tag at its word, deprecated or not.
  const isTag = requirement.trim() === 'latest';
  const wanted = isTag ? tagged : range === null ? null : pick(range);
  const notes = [
    runs &&
      latest &&
      !runs(latest.needs) &&
      engineNote(question, latest, newestForEngines),
    backwardNote(question, newestForEngines ?? latest),
    latest?.deprecated && `${latest.version} is deprecated: ${latest.deprecated}`,
  ];
  return {
    wanted: wanted?.version ?? null,
    latest: latest?.version ?? null,
    newestForEngines: newestForEngines?.version ?? null,
    note: notes.filter((note) => note).join(' ') || null,
  };
}

/** `npm outdated` never shows such a version, nor says that it does not. */
function engineNote(
  { engines }: NpmOutdatedQuestion,
  latest: PublishedVersion,
  newest: PublishedVersion | null,
): string {
  const instead =
    newest && newest !== latest
      ? `there, npm takes ${newest.version} for the latest`
      : 'no version is said to run on that';
  return `${latest.version} needs Node.js ${latest.needs}, and the project has ${engines}: ${instead}.`;
}

/** npm shows an older version as the latest where the one installed should not run. */
function backwardNote(
  { current, published }: NpmOutdatedQuestion,
  newest: PublishedVersion | null,
): string | null {
  if (!newest || compareVersions(newest.version, current) >= 0) return null;
  const needs = versionOf(published, current)?.needs;
  const why = needs ? `, which needs Node.js ${needs}` : '';
  return `${newest.version} is older than the installed ${current}${why}.`;
}

function versionOf(
  { versions }: PublishedPackage,
  wanted: string | null,
): PublishedVersion | null {
  return versions.find(({ version }) => version === wanted) ?? null;
}
