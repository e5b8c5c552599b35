import type { Database } from '../../postgres/database.ts';
import { mayMaintainSql } from '../../postgres/privileges.ts';
import { missingStatisticsSql } from './missing-statistics.ts';

/** What the counters and the catalog say of a heap: a table, or the TOAST table of one. */
export interface Heap {
  readonly pages: number;
  readonly allVisiblePages: number;
  /** Known from version 18 on. */
  readonly allFrozenPages: number | null;
  /** `reltuples`; -1 where it was never counted. */
  readonly tuples: number;
  readonly deadTuples: number;
  readonly insertedTuples: number;
  readonly xidAge: number;
  readonly multixactAge: number;
  readonly options: readonly string[];
}

/** A table, materialized view or partitioned table, as it stands before the plan. */
export interface Relation extends Heap {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** As `format('%I.%I')` quotes it. */
  readonly id: string;
  readonly kind: 'r' | 'm' | 'p';
  readonly mayMaintain: boolean;
  readonly owner: string;
  readonly ownerIsSuperuser: boolean;
  readonly liveTuples: number;
  readonly modifiedTuples: number;
  readonly indexPages: number;
  /** Sequential and index scans since the counters began. */
  readonly scans: number;
  /** Seconds that a vacuum of it has taken on average; known from version 18 on. */
  readonly usualSeconds: number | null;
  readonly toast: Heap | null;
  /** Null where our role may not know. */
  readonly lacksStatistics: boolean | null;
  /** The oids of the tables that it is a partition or an inheritance child of. */
  readonly parents: readonly number[];
}

/**
 * Reads every table of the database in one query that takes no lock on any of them:
 * `pg_table_size` and its like would wait behind an ACCESS EXCLUSIVE lock.
 */
export async function readRelations(database: Database): Promise<Relation[]> {
  const { versionNumber } = database.server;
  const [access] = await database.query<{ seesAll: boolean }>(`\
select has_table_privilege('pg_statistic', 'select')
  and has_table_privilege('pg_statistic_ext_data', 'select') as "seesAll"`);
  const frozen = versionNumber >= 180_000;
  return database.query<Relation & Record<string, unknown>>(`\
with ${missingStatisticsSql(access?.seesAll === true)}
select c.oid::int8 as oid, n.nspname as schema, c.relname as name,
  format('%I.%I', n.nspname, c.relname) as id, c.relkind as kind,
  ${mayMaintainSql(versionNumber)} as "mayMaintain",
  o.rolname as owner, o.rolsuper as "ownerIsSuperuser",
  ${heapColumns('c', frozen)},
  pg_stat_get_live_tuples(c.oid) as "liveTuples",
  pg_stat_get_mod_since_analyze(c.oid) as "modifiedTuples",
  coalesce(x.pages, 0) as "indexPages",
  coalesce(x.scans, 0) + pg_stat_get_numscans(c.oid) as scans,
  ${versionNumber >= 180_000 ? usualSeconds : 'null'} as "usualSeconds",
  case when t.oid is not null then jsonb_build_object(${heapPairs('t', frozen)}) end as toast,
  case when c.oid in (select relid from missing) then true
    when c.oid in (select relid from unseen) then null
    else false end as "lacksStatistics",
  coalesce((
    select array_agg(h.inhparent::int8::float8) from pg_inherits h where h.inhrelid = c.oid
  ), '{}') as parents
from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_roles o on o.oid = c.relowner
  left join pg_class t on t.oid = c.reltoastrelid
  left join (
    select i.indrelid, sum(ic.relpages)::int8 as pages,
      sum(pg_stat_get_numscans(ic.oid))::int8 as scans
    from pg_index i join pg_class ic on ic.oid = i.indexrelid
    group by i.indrelid) x on x.indrelid = c.oid
where c.relkind in ('r', 'm', 'p') and c.relpersistence <> 't'
order by c.oid`);
}

const usualSeconds = `\
(pg_stat_get_total_vacuum_time(c.oid) + pg_stat_get_total_autovacuum_time(c.oid)) / 1000
    / nullif(pg_stat_get_vacuum_count(c.oid) + pg_stat_get_autovacuum_count(c.oid), 0)`;

/** Whether a schema holds the tables of the system itself. */
export function isSystemSchema(schema: string): boolean {
  return schema === 'pg_catalog' || schema === 'information_schema';
}

function heap(alias: string, frozen: boolean): Record<keyof Heap, string> {
  // A partitioned table has no heap: its frozen ids are 0, whose age is the greatest.
  const age = (value: string) =>
    `case when ${alias}.relkind = 'p' then 0 else ${value} end`;
  return {
    pages: `${alias}.relpages`,
    allVisiblePages: `${alias}.relallvisible`,
    allFrozenPages: frozen ? `${alias}.relallfrozen` : 'null::int',
    tuples: `${alias}.reltuples::float8`,
    deadTuples: `pg_stat_get_dead_tuples(${alias}.oid)`,
    insertedTuples: `pg_stat_get_ins_since_vacuum(${alias}.oid)`,
    xidAge: age(`age(${alias}.relfrozenxid)`),
    multixactAge: age(`mxid_age(${alias}.relminmxid)`),
    options: `coalesce(${alias}.reloptions, '{}')`,
  };
}

function heapColumns(alias: string, frozen: boolean): string {
  return Object.entries(heap(alias, frozen))
    .map(([name, sql]) => `${sql} as "${name}"`)
    .join(',\n  ');
}

function heapPairs(alias: string, frozen: boolean): string {
  return Object.entries(heap(alias, frozen))
    .map(([name, sql]) => `'${name}', ${sql}`)
    .join(', ');
}
