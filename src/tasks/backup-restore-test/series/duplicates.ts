import type { Finding } from '../../../core/finding.ts';
import { type Case, fold } from './fold.ts';
import type { Probed } from './probed.ts';
import { hourMs } from './timeline.ts';

/** Backups that are the same under several names. */
export function judgeDuplicates(backups: readonly Probed[], place: string): Finding[] {
  const firstWith = new Map<string, Probed>();
  const cases: Case[] = [];
  for (const one of backups) {
    // What is no archive is reported as that.
    if (one.problem !== null) continue;
    const identities = identitiesOf(one);
    const first = identities
      .map((each) => firstWith.get(each))
      .find((each) => each && !areOfRepeatedHour(one, each));
    for (const each of identities) firstWith.set(each, first ?? one);
    if (first === undefined) continue;
    cases.push({
      key: one.backup.key,
      message: `${one.backup.key} is ${first.backup.key} under another name: ${whyEqual(one, first)}.`,
    });
  }
  return fold('duplicate-backup', place, cases, {
    all: 'are another backup under another name',
  });
}

/** Two backups that have one of these in common are the same. */
function identitiesOf({ backup, archive, fingerprint }: Probed): string[] {
  const { etag, sizeBytes } = backup;
  return [
    ...(etag === null ? [] : [`etag ${etag} ${sizeBytes}`]),
    `fingerprint ${fingerprint} ${sizeBytes}`,
    ...(archive === null ? [] : [`dump ${contentsOf(archive)}`]),
  ];
}

/** Two dumps of the same second with the same entries, whichever way they were written. */
function contentsOf({ header, entries }: NonNullable<Probed['archive']>): string {
  const { createdAtLocal, database, serverVersion } = header;
  const list = entries.map(({ id, kind, namespace, tag }) => [id, kind, namespace, tag]);
  return JSON.stringify([createdAtLocal, database, serverVersion, list]);
}

/** When summer time ends, the clock on the wall shows an hour twice. */
function areOfRepeatedHour({ backup: a }: Probed, { backup: b }: Probed): boolean {
  const apartMs = Math.abs(a.modifiedAt.getTime() - b.modifiedAt.getTime());
  return a.sizeBytes !== b.sizeBytes && Math.abs(apartMs - hourMs) < hourMs / 2;
}

function whyEqual(one: Probed, other: Probed): string {
  const { etag, sizeBytes } = one.backup;
  if (sizeBytes !== other.backup.sizeBytes) {
    return 'both were begun in the same second and have the same table of contents';
  }
  if (etag !== null && etag === other.backup.etag) return 'size and ETag are the same';
  return one.fingerprint === other.fingerprint
    ? 'size, beginning and end are the same'
    : 'both were begun in the same second and have the same table of contents';
}
