import type { Archive } from '../../../pg-dump/archive.ts';
import { type Installation, majorOf } from './programs.ts';

/** The oldest pg_restore that reads an archive of each version. */
const readerOf: Record<string, number> = { '1.14': 12, '1.15': 16, '1.16': 17 };

/** Why no installation fits, and what to do. */
export interface NoneFits {
  readonly message: string;
  readonly remedy: string;
}

/**
 * Chooses what to restore with: the major version of the dumped server, else the nearest
 * newer one; rather as new as the pg_dump, which may have written what only that knows.
 */
export function chooseInstallation(
  { header }: Archive,
  installations: readonly Installation[],
): Installation | NoneFits {
  const dumped = majorOf(header.serverVersion);
  const dumper = majorOf(header.dumpVersion);
  const reader = readerOf[header.version] ?? 0;
  const fitting = installations
    .filter(({ major, restoreMajor }) => major >= dumped && restoreMajor >= reader)
    .toSorted((a, b) => a.major - b.major);
  const best = fitting.find(({ restoreMajor }) => restoreMajor >= dumper) ?? fitting[0];
  if (best) return best;
  const wanted = Math.max(dumped, reader);
  const found = installations.map(
    ({ version, restoreMajor, major, bin }) =>
      `${version}${restoreMajor === major ? '' : ` with pg_restore ${restoreMajor}`} in ${bin}`,
  );
  const reason =
    reader > dumped
      ? `its archive version ${header.version} can be read by pg_restore ${reader} or newer`
      : `it is of a server of PostgreSQL ${dumped}`;
  return {
    message: `The backup needs PostgreSQL ${wanted} or newer, for ${reason}. ${
      found.length > 0
        ? `On this machine there is ${found.join(', ')}.`
        : 'On this machine there is no PostgreSQL with initdb, postgres and pg_restore.'
    }`,
    remedy: `Install it before this step: sudo /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y && sudo apt-get install -y postgresql-${wanted}; or give its directory in postgres-bin.`,
  };
}
