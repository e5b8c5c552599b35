import { randomInt } from 'node:crypto';
import { type Backup, NoBackups } from '../source/source.ts';
import type { SeriesAudit } from './audit.ts';
import { isWhole } from './probed.ts';

/** No backup has the key that was given. The message names those that are nearest. */
export class UnknownBackup extends Error {}

/**
 * Chooses the backup to test: the `newest` of the series, a `random` one that is whole, or by
 * its key, or the last part of it, any that lies there. Throws `UnknownBackup` and `NoBackups`.
 *
 * @param random gives a whole number from 0 to below the one that it gets
 */
export function chooseBackup(
  wanted: string,
  { backups, listed }: Pick<SeriesAudit, 'backups' | 'listed'>,
  random: (below: number) => number = randomInt,
): Backup {
  if (wanted === 'newest') {
    const newest = backups.at(-1);
    if (newest) return newest.backup;
    throw new NoBackups('There is no backup to test.');
  }
  if (wanted === 'random') {
    const whole = backups.filter(isWhole);
    // Where none is, any of them shows that.
    const among = whole.length > 0 ? whole : backups;
    const one = among[among.length === 0 ? 0 : random(among.length)];
    if (one) return one.backup;
    throw new NoBackups('There is no backup to test.');
  }
  return byKey(wanted, listed);
}

function byKey(wanted: string, listed: readonly Backup[]): Backup {
  const exact = listed.find(({ key }) => key === wanted);
  if (exact) return exact;
  const [named, ...others] = listed.filter(({ key }) => nameOf(key) === wanted);
  if (named && others.length === 0) return named;
  if (named) {
    const keys = [named, ...others].slice(0, 3).map(({ key }) => key);
    throw new UnknownBackup(
      `Several backups are named ${wanted}: ${keys.join(', ')}. Give the whole key.`,
    );
  }
  const nearest = listed
    .toSorted((a, b) => likeness(b.key, wanted) - likeness(a.key, wanted))
    .slice(0, 3)
    .map(({ key }) => key);
  throw new UnknownBackup(
    `There is no backup ${wanted}. The nearest are ${nearest.join(', ')}.`,
  );
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/** How many characters two names have in common at their beginning and end. */
function likeness(key: string, wanted: string): number {
  const [a, b] = [[...nameOf(key)], [...nameOf(wanted)]];
  return common(a, b) + common(a.toReversed(), b.toReversed());
}

function common(a: readonly string[], b: readonly string[]): number {
  const end = a.findIndex((one, index) => one !== b[index]);
  return end < 0 ? a.length : end;
}
