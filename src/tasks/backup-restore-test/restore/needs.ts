import { access } from 'node:fs/promises';
import path from 'node:path';
import { type Finding, finding } from '../../../core/finding.ts';
import type { Archive } from '../../../pg-dump/archive.ts';
import type { Installation } from './programs.ts';

/** The packages in which well-known extensions come; the major version follows. */
const packages: Record<string, (major: number) => string> = {
  timescaledb: (major) =>
    `timescaledb-2-postgresql-${major} (from Timescale's repository)`,
  postgis: (major) => `postgresql-${major}-postgis-3`,
  vector: (major) => `postgresql-${major}-pgvector`,
  pg_cron: (major) => `postgresql-${major}-cron`,
  pg_partman: (major) => `postgresql-${major}-partman`,
  plpython3u: (major) => `postgresql-plpython3-${major}`,
};

/** The names of the extensions of a database. */
export function extensionsOf({ entries }: Archive): string[] {
  return entries.filter(({ kind }) => kind === 'EXTENSION').map(({ tag }) => tag);
}

/** Which extensions an installation does not have. */
export async function missingExtensions(
  archive: Archive,
  { shareDirectory, major, bin }: Installation,
): Promise<Finding[]> {
  // Where they lie could not be found out: pg_restore will say what is missing.
  if (shareDirectory === null) return [];
  const findings: Finding[] = [];
  for (const name of extensionsOf(archive)) {
    const control = path.join(shareDirectory, 'extension', `${name}.control`);
    // A name of an archive must not lead anywhere else.
    const isThere =
      path.basename(name) === name &&
      (await access(control).then(
        () => true,
        () => false,
      ));
    if (isThere) continue;
    const source =
      packages[name]?.(major) ?? `postgresql-contrib or a package of its own`;
    findings.push(
      finding(
        'missing-extension',
        name,
        `The database uses the extension ${name}, which the PostgreSQL ${major} in ${bin} does not have.`,
        { remedy: `Install it before this step, as in the package ${source}.` },
      ),
    );
  }
  return findings;
}

/** The encoding of the dumped database. */
export function encodingOf({ entries }: Archive): string {
  const definition = entries.find(({ kind }) => kind === 'ENCODING')?.definition;
  const [, encoding] = /client_encoding = '([A-Za-z0-9_]+)'/.exec(definition ?? '') ?? [];
  return encoding ?? 'UTF8';
}

/** Extensions that can only be created where the server has loaded them from its start. */
const preloaded = ['citus', 'timescaledb', 'pg_cron', 'pgaudit'];

/** The libraries that the server must load from its start; citus wants to be the first. */
export function librariesOf(archive: Archive): string[] {
  const extensions = extensionsOf(archive);
  return preloaded.filter((name) => extensions.includes(name));
}

/** Whether TimescaleDB has to be prepared for a restore. */
export function isTimescale(archive: Archive): boolean {
  return extensionsOf(archive).includes('timescaledb');
}
