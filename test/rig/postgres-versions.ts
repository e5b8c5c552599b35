import process from 'node:process';

const supported = [15, 16, 17, 18] as const;

export type PostgresVersion = (typeof supported)[number];

/** The versions under test: `POSTGRES_VERSIONS` (`15,18`), else all. */
export const postgresVersions: readonly PostgresVersion[] = selectVersions(
  process.env['POSTGRES_VERSIONS'],
);

/** For tests that need one server, whichever it is. */
export const newestPostgres: PostgresVersion =
  supported.findLast((version) => postgresVersions.includes(version)) ?? 18;

/** Reads a comma list of major versions; absent or empty means all. */
export function selectVersions(list?: string): readonly PostgresVersion[] {
  if (!list) return supported;
  return list.split(',').map((item) => {
    const version = supported.find((known) => String(known) === item.trim());
    if (version) return version;
    throw new Error(`POSTGRES_VERSIONS: expected ${supported.join(', ')}, got "${item}"`);
  });
}
