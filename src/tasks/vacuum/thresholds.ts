import type { Database } from '../../postgres/database.ts';

/** The parameters of autovacuum that decide, as the server or a table sets them. */
export const thresholdNames = [
  'autovacuum_vacuum_threshold',
  'autovacuum_vacuum_scale_factor',
  'autovacuum_vacuum_max_threshold',
  'autovacuum_vacuum_insert_threshold',
  'autovacuum_vacuum_insert_scale_factor',
  'autovacuum_analyze_threshold',
  'autovacuum_analyze_scale_factor',
  'autovacuum_freeze_max_age',
  'autovacuum_multixact_freeze_max_age',
] as const;

export type ThresholdName = (typeof thresholdNames)[number];

/** The values of those parameters; -1 where this server does not know one. */
export type Thresholds = Readonly<Record<ThresholdName, number>>;

/** Reads what the server has set for all tables. */
export async function readThresholds(database: Database): Promise<Thresholds> {
  const rows = await database.query<{ name: ThresholdName; value: number }>(
    'select name, setting::float8 as value from pg_settings where name = any($1)',
    [thresholdNames],
  );
  const known = new Map(rows.map(({ name, value }) => [name, value]));
  return fromEntries((name) => known.get(name) ?? -1);
}

/**
 * Sets a table's storage options over the server's. A freeze age can only be lowered by
 * them, as in `relation_needs_vacanalyze` of autovacuum.c.
 *
 * @param options `reloptions`, as in `autovacuum_vacuum_scale_factor=0.05`
 */
export function withOptions(server: Thresholds, options: readonly string[]): Thresholds {
  if (options.length === 0) return server;
  const own = new Map(
    options.map((option) => {
      const [name = '', value] = option.split('=');
      return [name, Number(value)];
    }),
  );
  return fromEntries((name) => {
    const value = own.get(name);
    if (value === undefined || Number.isNaN(value)) return server[name];
    return name.endsWith('max_age') ? Math.min(value, server[name]) : value;
  });
}

function fromEntries(value: (name: ThresholdName) => number): Thresholds {
  return Object.fromEntries(
    thresholdNames.map((name) => [name, value(name)]),
  ) as unknown as Thresholds;
}
