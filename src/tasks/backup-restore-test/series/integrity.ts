import type { Finding } from '../../../core/finding.ts';
import {
  ArchiveCorrupt,
  ArchiveTruncated,
  NotAnArchive,
  UnsupportedArchive,
} from '../../../pg-dump/parse-archive.ts';
import { type Case, fold } from './fold.ts';
import type { Probed } from './probed.ts';

/** What the first and the last bytes of the backups tell of their being whole. */
export function judgeIntegrity(backups: readonly Probed[], place: string): Finding[] {
  const withProblem = (kind: new (...args: never[]) => Error): Case[] =>
    backups
      .filter(({ problem }) => problem instanceof kind)
      .map(({ backup, problem }) => ({
        key: backup.key,
        message: `${backup.key}: ${problem?.message}.`,
      }));
  const withTail = (tail: Probed['tail'], what: string): Case[] =>
    backups
      .filter((one) => one.tail === tail)
      .map(({ backup: { key } }) => ({ key, message: `${key} ${what}` }));
  const cut = withTail(
    'cut',
    'does not end as an archive does: it is cut off, or much was written behind its end.',
  );
  const goesOn = withTail('goes-on', 'has bytes behind the end of its archive.');
  const zeros = withTail(
    'zero-filled',
    'ends in more zeros than any dump: the rest of the file was reserved and never written, or lost.',
  );
  return [
    ...fold('archive-truncated', place, [...withProblem(ArchiveTruncated), ...cut], {
      all: 'end before their archive does',
    }),
    ...fold('archive-trailing-data', place, [...goesOn, ...zeros], {
      all: 'do not end where their archive does',
    }),
    ...fold('archive-corrupt', place, withProblem(ArchiveCorrupt), {
      all: 'have a table of contents that cannot be read',
    }),
    ...fold('version-unsupported', place, withProblem(UnsupportedArchive), {
      all: 'cannot be read by this version',
    }),
    ...fold('not-an-archive', place, withProblem(NotAnArchive), {
      all: 'have the name of a backup and are no archive in custom format',
    }),
  ];
}
