import { type Finding, finding } from '../../../core/finding.ts';
import { fold } from './fold.ts';
import type { Probed } from './probed.ts';

/** Which database the series is of, and the backups that hold another one. */
export function judgeDatabases(
  backups: readonly Probed[],
  place: string,
  expectDatabase: string | null,
): { database: string | null; findings: Finding[] } {
  const readable = backups.filter(({ archive }) => archive !== null);
  const agreed = expectDatabase ?? majorityOf(readable.map(databaseOf));
  if (agreed === null && readable.length > 0) {
    const names = [...new Set(readable.map(databaseOf))].toSorted();
    const message = `The backups in ${place} hold different databases, and none of them most: ${names.join(', ')}. Name the right one in expect-database.`;
    return { database: null, findings: [finding('wrong-database', place, message)] };
  }
  const cases = readable
    .filter((one) => databaseOf(one) !== agreed)
    .map((one) => ({
      key: one.backup.key,
      message: `${one.backup.key} holds database ${databaseOf(one)}, not ${agreed}${expectDatabase === null ? ' as most of the series do' : ''}.`,
    }));
  const findings = fold('wrong-database', place, cases, {
    all: `hold another database than ${agreed}`,
    ...(expectDatabase === null && {
      remedy:
        'Look at which database the backup job dumps, and where it uploads to. If the database was renamed, or the series is another, name it in expect-database.',
    }),
  });
  return { database: agreed, findings };
}

/** What more than half agree on. */
function majorityOf(names: readonly string[]): string | null {
  const counts = Map.groupBy(names, (name) => name);
  for (const [name, each] of counts) if (each.length * 2 > names.length) return name;
  return null;
}

function databaseOf({ archive }: Probed): string {
  return archive?.header.database ?? '';
}
