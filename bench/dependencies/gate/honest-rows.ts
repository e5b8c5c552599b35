import { parseCargoLock } from '../../../src/dependencies/cargo/lockfile.ts';
import { parsePackageLock } from '../../../src/dependencies/npm/lockfile.ts';
import { isFirstFix, type RustsecRecord } from '../rustsec.ts';
import { reached } from '../verdict.ts';
import { cooldownMs } from './judge.ts';
import { versionsOf } from './registries.ts';
import type { Judged } from './run.ts';
import { type Staged, textOf } from './staged.ts';

type Row = readonly [label: string, figure: string];

/** What can be said of an honest pull request without the gate. */
interface Truth {
  /** Whether a lockfile that the gate reads changes. */
  readonly isReadable: boolean;
  readonly isCompatible: boolean;
  /** Whether all that comes is older than the cooldown, and none of it yanked. */
  readonly isCool: boolean;
  /** Whether all that is younger is the first version after a hole. */
  readonly isFix: boolean;
}

/** Writes what became of honest pull requests, and which reviews were needless. */
export async function honestRows(
  judged: readonly Judged[],
  records: ReadonlyMap<string, RustsecRecord>,
): Promise<Row[]> {
  const withTruth = await Promise.all(
    judged.map(async (one) => ({ ...one, truth: await truthOf(one.staged, records) })),
  );
  const readable = withTruth.filter(({ truth }) => truth.isReadable);
  const fitting = readable.filter(({ truth }) => truth.isCompatible && truth.isCool);
  const needless = fitting.filter(({ decision }) => decision === 'review');
  const blocked = fitting.filter(({ decision }) => decision === 'block');
  const unsafe = withTruth.filter(
    ({ decision, truth: { isReadable, isCompatible, isCool, isFix } }) =>
      decision === 'merge' && !(isReadable && isCompatible && (isCool || isFix)),
  );
  const byBranch = Map.groupBy(judged, ({ staged }) => staged.branch);
  return [
    ...[...byBranch].map(
      ([branch, each]): Row => [`${branch}: ${each.length}`, decisions(each)],
    ),
    ['with a lockfile that is read', `${readable.length}: ${decisions(readable)}`],
    ['… of those compatible and cooled', `${fitting.length}: ${decisions(fitting)}`],
    ['needless reviews', share(needless.length, fitting.length)],
    ...reasonRows('  needless, by reason', needless),
    ...reasonRows('  blocked though compatible and cooled', blocked),
    ...unsafe.map((one): Row => ['  unsafe merge', shownUpdates(one.staged)]),
    ['goal: no unsafe merge', reached(unsafe.length === 0)],
  ];
}

export function decisions(judged: readonly Pick<Judged, 'decision'>[]): string {
  const count = (decision: string) =>
    judged.filter((one) => one.decision === decision).length;
  return `${count('merge')} merge, ${count('review')} review, ${count('block')} block`;
}

function share(part: number, whole: number): string {
  return `${part} of ${whole} (${((part / Math.max(1, whole)) * 100).toFixed(0)} %)`;
}

/** A pull request with several reasons counts for each of them. */
function reasonRows(label: string, judged: readonly Judged[]): Row[] {
  const counts = new Map<string, string[]>();
  for (const { reasons, staged } of judged) {
    for (const code of new Set(reasons.map((one) => one.code))) {
      counts.set(code, [...(counts.get(code) ?? []), shownUpdates(staged)]);
    }
  }
  return [...counts]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(
      ([code, each]): Row => [
        label,
        `${each.length} ${code}: ${each.slice(0, 3).join('; ')}`,
      ],
    );
}

function shownUpdates({ updates }: Staged): string {
  return updates.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(', ');
}

async function truthOf(
  staged: Staged,
  records: ReadonlyMap<string, RustsecRecord>,
): Promise<Truth> {
  const { before, after, updates, now } = staged;
  const path = ['Cargo.lock', 'package-lock.json'].find(
    (file) => after[file] !== undefined && after[file] !== before[file],
  );
  if (!path)
    return { isReadable: false, isCompatible: false, isCool: false, isFix: false };
  const ecosystem = path === 'Cargo.lock' ? 'cargo' : 'npm';
  const old = keysOf(textOf(before[path] ?? ''), path);
  const coming = [...keysOf(textOf(after[path] ?? ''), path)].filter(
    (key) => !old.has(key),
  );
  const arrivals = await Promise.all(
    coming.map(async (key) => {
      const at = key.lastIndexOf(' ');
      const [name, version] = [key.slice(0, at), key.slice(at + 1)];
      const release = (await versionsOf(ecosystem, name))?.versions.find(
        (one) => one.version === version,
      );
      const publishedAt = Date.parse(release?.publishedAt ?? '');
      const isCool = !release?.yanked && now.getTime() - publishedAt >= cooldownMs;
      return { isCool, isFix: isFirstFix(name, version, records) };
    }),
  );
  const readable = /(^|\/)(Cargo\.(toml|lock)|package(-lock)?\.json)$/;
  const changed = Object.keys(after).filter((file) => after[file] !== before[file]);
  return {
    isReadable: changed.every((file) => readable.test(file)),
    isCompatible: updates.every(({ from, to }) => caretOf(from) === caretOf(to)),
    isCool: arrivals.every((one) => one.isCool),
    isFix: arrivals.every((one) => one.isCool || one.isFix),
  };
}

function keysOf(text: string, path: string): ReadonlySet<string> {
  const graph = (path === 'Cargo.lock' ? parseCargoLock : parsePackageLock)(text, path);
  const foreign = [...graph.packages.values()].filter(
    ({ id }) => !graph.roots.includes(id),
  );
  return new Set(foreign.map(({ name, version }) => `${name} ${version}`));
}

/** What an update must leave as it is: the first number that is not 0. */
function caretOf(version: string): string {
  const [major = '', minor = '', patch = ''] = version.split(/[.+-]/);
  if (major !== '0') return major;
  return minor !== '0' ? `0.${minor}` : `0.0.${patch}`;
}
