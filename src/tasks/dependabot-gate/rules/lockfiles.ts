import { isPrerelease } from '../../../dependencies/version.ts';
import { isAsPublished } from '../delta/entry-fields.ts';
import type { EntryChange } from '../delta/lock-entries.ts';
import type { Evidence, Incoming, LockfileChange } from '../evidence.ts';
import { publishedVersion } from '../known.ts';
import { memberOf } from '../members.ts';
import { block, type Reason, type Rule, review } from '../reason.ts';
import { judgeRequirement } from './manifests.ts';

type Facts = Pick<Evidence, 'lockfiles' | 'incoming' | 'announced' | 'knowledge'>;

/** A lockfile changes by the announced updates and what these need, and by nothing else. */
export const lockfiles: Rule<Facts> = {
  name: 'lockfiles',
  holds: 'lockfiles change by the announced updates and what these need',
  judge(facts) {
    return [
      ...facts.incoming.flatMap(judgeIncoming),
      ...facts.lockfiles.flatMap((change) => judgeLockfile(change, facts)),
      ...facts.lockfiles.flatMap((change) =>
        change.text.entries.flatMap((entry) => judgeEntry(entry, change, facts)),
      ),
    ];
  },
};

function judgeIncoming(incoming: Incoming): Reason[] {
  const { name, version, former, kind } = incoming;
  const about = { member: memberOf(incoming) };
  const isNewlyEarly =
    isPrerelease(version) && !former.some((old) => isPrerelease(old.version));
  return [
    ...(kind === 'unexplained'
      ? [`${name} ${version} comes, and no announced update needs it.`]
      : []),
    ...(isNewlyEarly ? [`${name} ${version} is a pre-release.`] : []),
  ].map((message) => review('unexpected-change', message, about));
}

function judgeLockfile(change: LockfileChange, { announced }: Facts): Reason[] {
  const { path, ecosystem, delta, text, unfitting, missing, unexplained } = change;
  const say = (message: string) => review('unexpected-change', `${path}: ${message}`);
  return [
    ...text.others.map((at) => say(`${at} changes, which no update does.`)),
    ...text.requirements.flatMap((one) =>
      judgeRequirement(one, path, ecosystem, announced.updates),
    ),
    ...unexplained.map(({ name, version }) =>
      say(`${name} ${version} goes, which no announced update accounts for.`),
    ),
    ...delta.lowered.map(({ by, before, after }) =>
      say(
        `${by.name} is given ${after.name} ${after.version}, and had ${before.version}.`,
      ),
    ),
    ...unfitting.map(([by, given]) =>
      say(`${by.name} is given ${given.name} ${given.version}, which it does not take.`),
    ),
    ...missing.map(([by, name]) =>
      say(`${by.name} needs ${name}, and is given none that it takes.`),
    ),
    ...delta.direct.map((what) => say(`the project ${what}.`)),
    ...delta.ownPackages.map((id) =>
      block(
        'new-source',
        `${path}: ${id} comes from a folder that was not there before.`,
      ),
    ),
    ...delta.misplaced.map(({ package: { id, name, version }, why }) => {
      const what = `${path}: ${name} ${version} lies in ${id}`;
      if (why === 'unasked') {
        return review('unexpected-change', `${what}, where nothing asks for it.`);
      }
      return why === 'alias'
        ? block('new-source', `${what}, where nothing asks for it by that name.`)
        : block('new-source', `${what}, where no package belongs.`);
    }),
    ...(change.olderView === 'differs'
      ? [say('what npm 6 reads in it is not what later versions read.')]
      : []),
  ];
}

/** What npm runs by itself, if a lockfile says so of a package. */
const commands = new Set(['scripts', 'gypfile']);

/** npm takes the entry of a lockfile for the package's own package.json. */
function judgeEntry(
  { location, listed, stays, fields, untold, unknown, formerly }: EntryChange,
  { path, ecosystem, after }: LockfileChange,
  { knowledge }: Facts,
): Reason[] {
  const entry = after.packages.get(location);
  const published = entry && publishedVersion({ ecosystem, ...entry }, knowledge);
  const wrong = fields.filter((field) => {
    // What comes is looked into for that.
    if (field === 'hasInstallScript' && !stays) return false;
    if (published) return !isAsPublished(field, listed, location, published, formerly);
    // Of what comes and nobody knows, other rules speak.
    return stays;
  });
  return [
    ...unknown.map((key) =>
      block(
        commands.has(key) ? 'runs-on-install' : 'unexpected-change',
        `${path}: ${location} has ${key.slice(0, 60)}, which npm never writes into a lockfile.`,
      ),
    ),
    ...wrong.map((field) =>
      review(
        'unexpected-change',
        `${path}: ${location}: ${field} is not what the registry has.`,
      ),
    ),
    ...untold.map((key) =>
      review(
        'unexpected-change',
        `${path}: ${location}: ${key} changes, which no update does.`,
      ),
    ),
  ];
}
