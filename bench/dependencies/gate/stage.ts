import {
  compareVersions,
  isCompatibleUpdate,
} from '../../../src/dependencies/version.ts';
import {
  type BranchName,
  branchNameOf,
  type RealCommit,
  type Update,
  updatesIn,
} from './announcements.ts';
import { cargoLock, cargoManifest } from './lockfiles.ts';
import { npmTrees } from './npm-trees.ts';
import { versionsOf } from './registries.ts';
import { type Resolution, resolve, versionsIn, type Wish } from './resolve.ts';
import { honest, type Staged, type StagedTree } from './staged.ts';

const dayMs = 86_400_000;

/** What is in the repository beside what is updated, for tampering to lay hands on. */
const bystanders = [
  { name: 'itoa', requirement: '1' },
  { name: 'unindent', requirement: '0.1' },
];

/** When a pull request is looked at, and what its registry had when it was made. */
export interface Clock {
  readonly asOf: Date;
  readonly now: Date;
}

/**
 * Makes the pull request that a real commit came from: both trees differ by what its message
 * announces, with what the registry has. An npm project has a package-lock.json where `asNpm`
 * is set, whatever it had.
 */
export async function stage(
  commit: RealCommit,
  { asOf, now }: Clock,
  asNpm = false,
): Promise<Staged> {
  const updates = updatesIn(commit.message);
  const branch = branchNameOf(commit);
  const common = { '.github/workflows/ci.yml': 'jobs: {}\n', 'src/lib.rs': '' };
  const [before, after] =
    branch === 'cargo'
      ? await cargoTrees(commit, updates, asOf)
      : asNpm
        ? await npmTrees(commit, updates, asOf)
        : namesOnly(commit, updates, branch);
  const trees = { before: { ...common, ...before }, after: { ...common, ...after } };
  return honest({ branch, updates, ...trees, now }, commit.sha, commit.message);
}

function namesOnly(
  commit: RealCommit,
  updates: readonly Update[],
  branch: BranchName,
): [StagedTree, StagedTree] {
  // The contents are made up: of the files that the gate does not read, only the names count.
  const texts = (version: (one: Update) => string): StagedTree =>
    Object.fromEntries(
      commit.files.map((file) => [
        file,
        updates.map((one) => lineOf(branch, one.name, version(one))).join('\n'),
      ]),
    );
  return [texts(({ from }) => from), texts(({ to }) => to)];
}

function lineOf(branch: BranchName, name: string, version: string): string {
  if (branch === 'docker') return `FROM ${name}:${version}`;
  return branch === 'github_actions'
    ? `- uses: ${name}@${version}`
    : `${name}@${version}`;
}

async function cargoTrees(
  commit: RealCommit,
  updates: readonly Update[],
  asOf: Date,
): Promise<[StagedTree, StagedTree]> {
  const { files } = commit;
  const hasManifest = files.some((file) => file.endsWith('Cargo.toml'));
  const hasLockfile = files.some((file) => file.endsWith('Cargo.lock'));
  const [old, now] = await resolutions(updates, hasManifest, asOf);
  const others = files.filter((file) => !/(^|\/)Cargo\.(toml|lock)$/.test(file));
  const tree = ({ wishes, resolution }: Side, text: string): StagedTree => ({
    'Cargo.toml': cargoManifest(wishes),
    'Cargo.lock': cargoLock(wishes, resolution),
    ...Object.fromEntries(others.map((file) => [file, text])),
  });
  const [before, after] = [tree(old, 'before'), tree(now, 'after')];
  const lockfile = hasLockfile ? {} : { 'Cargo.lock': before['Cargo.lock'] ?? '' };
  return [before, files.length === 0 ? before : { ...after, ...lockfile }];
}

interface Side {
  readonly wishes: readonly Wish[];
  readonly resolution: Resolution;
}

async function resolutions(
  updates: readonly Update[],
  hasManifest: boolean,
  asOf: Date,
): Promise<[Side, Side]> {
  const others = bystanders.filter(
    ({ name }) => !updates.some((one) => one.name === name),
  );
  const wished = (version: (one: Update) => string): Wish[] => [
    ...updates.map((one) => ({
      name: one.name,
      requirement: requirementOf(version(one), !hasManifest && one),
    })),
    ...others,
  ];
  const pinned = (version: (one: Update) => string) =>
    new Map(updates.map((one) => [one.name, [version(one)]]));
  const before = wished(({ from }) => from);
  const after = hasManifest ? wished(({ to }) => to) : before;
  // Half a year behind, so that there is something for a tampered lockfile to move to.
  const behind = new Date(asOf.getTime() - 183 * dayMs);
  const ground = await resolve(others, { locked: new Map(), asOf: behind });
  const kept = new Map([...versionsIn(ground), ...pinned(({ from }) => from)]);
  const old = await resolve(before, { locked: kept, asOf });
  const locked = new Map([...versionsIn(old), ...pinned(({ to }) => to)]);
  const now = await resolve(after, { locked, asOf });
  return [
    { wishes: before, resolution: old },
    { wishes: after, resolution: now },
  ];
}

/** Where the manifest stays, what it asks for must take the new version as well. */
function requirementOf(version: string, staying: Update | false): string {
  if (staying && isCompatibleUpdate(staying.from, staying.to) !== true)
    return `>=${version}`;
  return version;
}

/** A version of a package next to one that is given: above it, else below. */
export async function neighbourOf(
  ecosystem: 'cargo' | 'npm',
  name: string,
  version: string,
): Promise<string | null> {
  const all = (await versionsOf(ecosystem, name))?.versions ?? [];
  const usable = all.filter((one) => !one.yanked && one.version !== version);
  const sorted = usable.map((one) => one.version).sort(compareVersions);
  return sorted.find((one) => compareVersions(one, version) > 0) ?? sorted.at(-1) ?? null;
}
