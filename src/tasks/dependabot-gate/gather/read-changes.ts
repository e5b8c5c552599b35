import { messageOf } from '../../../core/message-of.ts';
import { parseCargoLock } from '../../../dependencies/cargo/lockfile.ts';
import { UnreadableFile } from '../../../dependencies/model.ts';
import { parsePackageLock } from '../../../dependencies/npm/lockfile.ts';
import { dockerfileDelta, type ImageChange } from '../delta/dockerfile-delta.ts';
import { lockDelta, placeOf, versionKey } from '../delta/lock-delta.ts';
import {
  cargoLockTextDelta,
  npmLockTextDelta,
  olderView,
} from '../delta/lock-text-delta.ts';
import {
  cargoManifestDelta,
  type ManifestChange,
  npmManifestDelta,
} from '../delta/manifest-delta.ts';
import type { FileChange, LockfileChange } from '../evidence.ts';
import { fileKind } from '../files.ts';
import type { PullRequestReader } from './pull-request-reader.ts';

/** What the changed files come to. */
export interface Changes {
  readonly manifests: ManifestChange[];
  readonly lockfiles: Omit<LockfileChange, 'unexplained' | 'unfitting' | 'missing'>[];
  readonly images: ImageChange[];
  readonly otherLines: string[];
  /** What could not be read, as sentences. */
  readonly unseen: string[];
}

/** More than any update of Dependabot touches. */
const mostFiles = 200;

const regular = new Set(['100644', '100755']);

/** Reads the changed files before and after, and compares them. */
export async function readChanges(
  files: readonly FileChange[],
  reader: PullRequestReader,
): Promise<Changes> {
  const changes: Changes = {
    ...{ manifests: [], lockfiles: [], images: [], otherLines: [], unseen: [] },
  };
  if (files.length > mostFiles) {
    changes.unseen.push(`${files.length} files change: they were not read.`);
    return changes;
  }
  for (const file of files) {
    try {
      await readChange(file, reader, changes);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      changes.unseen.push(`${messageOf(error)}.`);
    }
  }
  return changes;
}

async function readChange(
  { path, before, after }: FileChange,
  reader: PullRequestReader,
  changes: Changes,
): Promise<void> {
  const kind = fileKind(path);
  // All others are judged by their paths alone.
  if (kind === null || kind.ecosystem === 'github-actions' || !before || !after) return;
  if (!regular.has(before.mode) || !regular.has(after.mode)) return;
  const old = await reader.text(path, before);
  const now = await reader.text(path, after);
  if (kind.ecosystem === 'docker') {
    const { images, otherLines } = dockerfileDelta(old, now, path);
    changes.images.push(...images);
    changes.otherLines.push(...otherLines.map((line) => `${path}:${line}`));
  } else if (kind.role === 'manifest') {
    const compare = kind.ecosystem === 'cargo' ? cargoManifestDelta : npmManifestDelta;
    changes.manifests.push(compare(old, now, path));
  } else {
    changes.lockfiles.push(readLockfile(old, now, path, kind.ecosystem));
  }
}

function readLockfile(
  old: string,
  now: string,
  path: string,
  ecosystem: 'cargo' | 'npm',
): Omit<LockfileChange, 'unexplained' | 'unfitting' | 'missing'> {
  const parse = ecosystem === 'cargo' ? parseCargoLock : parsePackageLock;
  const [before, after] = [parse(old, path), parse(now, path)];
  const textDelta = ecosystem === 'cargo' ? cargoLockTextDelta : npmLockTextDelta;
  const text = textDelta(old, now, path);
  const isSame = ecosystem === 'cargo' || isSameView(old, now, path, after);
  const older = isSame ? 'same' : 'differs';
  const delta = lockDelta(before, after);
  return { path, ecosystem, before, after, delta, text, olderView: older };
}

/** Whether all that is new in the older half of a package-lock.json is in the other, too. */
function isSameView(
  old: string,
  now: string,
  path: string,
  after: LockfileChange['after'],
): boolean {
  const shown = ({ packages, roots }: LockfileChange['after']) =>
    [...packages.values()]
      .filter(({ id }) => !roots.includes(id))
      .map((one) => `${versionKey(one)} ${one.integrity} ${placeOf(one.origin)}`);
  const olderHalf = (text: string) => {
    const older = olderView(text, path);
    return older === null ? [] : shown(parsePackageLock(older, path));
  };
  const known = new Set([...shown(after), ...olderHalf(old)]);
  return olderHalf(now).every((one) => known.has(one));
}
