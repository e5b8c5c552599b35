/**
 * The common table expressions `missing (relid)`, tables that lack statistics which
 * ANALYZE would make, and `unseen (relid)`, tables of which our role may not know.
 *
 * What is missing is what `vacuumdb --missing-stats-only` (PostgreSQL 18) looks for:
 * columns, expressions of indexes and extended statistics, of the table itself and, for a
 * parent, of it with its children. Two of its traps are avoided: an empty table, and a
 * partial index that no row matches, never get statistics and would be due for ever.
 *
 * @param seesAll whether the role may read `pg_statistic`; `pg_stats` shows only the
 *   columns that it may read
 */
export function missingStatisticsSql(seesAll: boolean): string {
  return `\
known (relid, attnum, inherited) as (
${seesAll ? knownToSuperuser : knownToOthers}
), known_extended (oid, inherited) as (
${seesAll ? extendedKnownToSuperuser : extendedKnownToOthers}
), wanted (relid, inherited, indexrelid) as (
  select c.oid, c.relkind = 'p', c.oid from pg_class c
  where c.relkind in ('r', 'm', 'p') and c.reltuples <> 0
  union all
  select i.indrelid, false, i.indexrelid
  from pg_index i join pg_class x on x.oid = i.indexrelid
  where i.indexprs is not null and x.relkind = 'i' and x.reltuples <> 0
  union all
  select distinct h.inhparent, true, h.inhparent
  from pg_inherits h join pg_class p on p.oid = h.inhparent
    join pg_class c on c.oid = h.inhrelid
  where p.relkind = 'r' and c.reltuples <> 0
), missing (relid) as (
  select w.relid from wanted w join pg_attribute a on a.attrelid = w.indexrelid
  where a.attnum > 0 and not a.attisdropped and a.attstattarget is distinct from 0
    and not (a.attgenerated = 'v')
    and ${seesAll ? 'true' : mayRead}
    and not exists (
      select from known k
      where k.relid = w.indexrelid and k.attnum = a.attnum and k.inherited = w.inherited)
  union
  select w.relid from wanted w join pg_statistic_ext e on e.stxrelid = w.relid
  where w.relid = w.indexrelid and e.stxstattarget is distinct from 0
    and ${seesAll ? 'true' : "pg_has_role(e.stxowner, 'usage')"}
    and not exists (
      select from known_extended k where k.oid = e.oid and k.inherited = w.inherited)
), unseen (relid) as (
  select w.relid from wanted w where ${
    seesAll
      ? 'false'
      : `not exists (
    select from pg_attribute a
    where a.attrelid = w.relid and a.attnum > 0 and not a.attisdropped and ${mayRead})`
  }
)`;
}

const knownToSuperuser = `\
  select starelid, staattnum, stainherit from pg_statistic`;

const knownToOthers = `\
  select c.oid, a.attnum, s.inherited
  from pg_stats s
    join pg_namespace n on n.nspname = s.schemaname
    join pg_class c on c.relnamespace = n.oid and c.relname = s.tablename
    join pg_attribute a on a.attrelid = c.oid and a.attname = s.attname`;

const extendedKnownToSuperuser = `\
  select stxoid, stxdinherit from pg_statistic_ext_data`;

const extendedKnownToOthers = `\
  select e.oid, s.inherited
  from pg_stats_ext s
    join pg_namespace n on n.nspname = s.statistics_schemaname
    join pg_statistic_ext e on e.stxnamespace = n.oid and e.stxname = s.statistics_name
  where s.inherited is not null`;

const mayRead = `has_column_privilege(a.attrelid, a.attnum, 'select')
    and not row_security_active(a.attrelid)`;
