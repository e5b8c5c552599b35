import type pg from 'pg';

/** Something that the restored catalog has, named as the table of contents names it. */
export interface CatalogObject {
  /**
   * As in the table of contents: `TABLE`, `FK CONSTRAINT`, …; beside these, `PLAIN TABLE`
   * (with rows of its own, and of no extension) and `INVALID INDEX`.
   */
  readonly kind: string;
  readonly namespace: string | null;
  /** `trades`, `trades trades_pkey`, `f(integer)` */
  readonly tag: string;
  /** Of relations. */
  readonly owner: string | null;
}

const relations = `\
select
  case relkind
    when 'r' then 'TABLE' when 'p' then 'TABLE' when 'v' then 'VIEW'
    when 'm' then 'MATERIALIZED VIEW' when 'f' then 'FOREIGN TABLE'
    when 'S' then 'SEQUENCE' else 'INDEX'
  end as kind, nspname as namespace, relname as tag,
  pg_get_userbyid(relowner) as owner
from pg_class c join pg_namespace n on n.oid = relnamespace where relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'i', 'I')
union all
select 'PLAIN TABLE', nspname, relname, null
from pg_class c join pg_namespace n on n.oid = relnamespace
where relkind = 'r' and not exists (
  select from pg_depend
  where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e'
)
union all
select 'INVALID INDEX', nspname, relname, null
from pg_index join pg_class c on c.oid = indexrelid join pg_namespace n on n.oid = relnamespace
where not indisvalid
union all
select case when relkind in ('i', 'I') then 'INDEX ATTACH' else 'TABLE ATTACH' end, nspname, relname, null
from pg_class c join pg_namespace n on n.oid = relnamespace where relispartition
union all
select 'MATERIALIZED VIEW DATA', nspname, relname, null
from pg_class c join pg_namespace n on n.oid = relnamespace
where relkind = 'm' and relispopulated
union all
select 'ROW SECURITY', nspname, relname, null
from pg_class c join pg_namespace n on n.oid = relnamespace where relrowsecurity
union all
select 'SEQUENCE OWNED BY', nspname, relname, null
from pg_class c join pg_namespace n on n.oid = relnamespace
where relkind = 'S' and exists (
  select from pg_depend
  where classid = 'pg_class'::regclass and objid = c.oid and refobjsubid > 0
    and deptype in ('a', 'i')
)`;

const partsOfTables = `\
select
  case contype when 'f' then 'FK CONSTRAINT' when 'c' then 'CHECK CONSTRAINT' else 'CONSTRAINT' end,
  nspname, coalesce(relname, typname) || ' ' || conname, null
from pg_constraint
  left join pg_class r on r.oid = conrelid
  left join pg_type t on t.oid = contypid
  join pg_namespace n on n.oid = coalesce(relnamespace, typnamespace)
union all
select 'TRIGGER', nspname, relname || ' ' || tgname, null
from pg_trigger join pg_class c on c.oid = tgrelid join pg_namespace n on n.oid = relnamespace
where not tgisinternal
union all
select 'RULE', nspname, relname || ' ' || rulename, null
from pg_rewrite join pg_class c on c.oid = ev_class join pg_namespace n on n.oid = relnamespace
union all
select 'POLICY', nspname, relname || ' ' || polname, null
from pg_policy join pg_class c on c.oid = polrelid join pg_namespace n on n.oid = relnamespace
union all
select 'DEFAULT', nspname, relname || ' ' || attname, null
from pg_attrdef
  join pg_attribute on attrelid = adrelid and attnum = adnum
  join pg_class c on c.oid = adrelid join pg_namespace n on n.oid = relnamespace`;

const routines = `\
select
  case prokind when 'a' then 'AGGREGATE' when 'p' then 'PROCEDURE' else 'FUNCTION' end,
  nspname,
  proname || '(' || case
    when prokind = 'a' and pronargs = 0 then '*'
    else array_to_string(array(
      select format_type(type, null)
      from unnest(proargtypes) with ordinality a(type, place) order by place
    ), ', ')
  end || ')', null
from pg_proc join pg_namespace n on n.oid = pronamespace
union all
select
  case when typtype = 'd' then 'DOMAIN' else 'TYPE' end, nspname, typname, null
from pg_type join pg_namespace n on n.oid = typnamespace
union all
select 'OPERATOR', nspname, oprname, null from pg_operator join pg_namespace n on n.oid = oprnamespace
union all
select 'OPERATOR CLASS', nspname, opcname, null from pg_opclass join pg_namespace n on n.oid = opcnamespace
union all
select 'OPERATOR FAMILY', nspname, opfname, null from pg_opfamily join pg_namespace n on n.oid = opfnamespace
union all
select 'COLLATION', nspname, collname, null from pg_collation join pg_namespace n on n.oid = collnamespace
union all
select 'CONVERSION', nspname, conname, null from pg_conversion join pg_namespace n on n.oid = connamespace
union all
select 'STATISTICS', nspname, stxname, null from pg_statistic_ext join pg_namespace n on n.oid = stxnamespace
union all
select 'TEXT SEARCH CONFIGURATION', nspname, cfgname, null from pg_ts_config join pg_namespace n on n.oid = cfgnamespace
union all
select 'TEXT SEARCH DICTIONARY', nspname, dictname, null from pg_ts_dict join pg_namespace n on n.oid = dictnamespace
union all
select 'TEXT SEARCH PARSER', nspname, prsname, null from pg_ts_parser join pg_namespace n on n.oid = prsnamespace
union all
select 'TEXT SEARCH TEMPLATE', nspname, tmplname, null from pg_ts_template join pg_namespace n on n.oid = tmplnamespace`;

const inNoSchema = `\
select 'SCHEMA', null, nspname, null from pg_namespace
union all
select 'EXTENSION', null, extname, null from pg_extension
union all
select 'ACCESS METHOD', null, amname, null from pg_am
union all
select 'PROCEDURAL LANGUAGE', null, lanname, null from pg_language
union all
select 'EVENT TRIGGER', null, evtname, null from pg_event_trigger
union all
select 'FOREIGN DATA WRAPPER', null, fdwname, null from pg_foreign_data_wrapper
union all
select 'SERVER', null, srvname, null from pg_foreign_server
union all
select 'USER MAPPING', null, 'USER MAPPING ' || usename || ' SERVER ' || srvname, null
from pg_user_mappings
union all
select 'CAST', null, 'CAST (' || format_type(castsource, null) || ' AS ' || format_type(casttarget, null) || ')', null
from pg_cast
union all
select 'TRANSFORM', null, 'TRANSFORM FOR ' || format_type(trftype, null) || ' LANGUAGE ' || lanname, null
from pg_transform join pg_language l on l.oid = trflang
union all
select 'SUBSCRIPTION', null, subname, null
from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())
union all
select 'PUBLICATION', null, pubname, null from pg_publication
union all
select 'PUBLICATION TABLE', nspname, pubname || ' ' || relname, null
from pg_publication_rel
  join pg_publication p on p.oid = prpubid
  join pg_class c on c.oid = prrelid join pg_namespace n on n.oid = relnamespace
union all
select 'DEFAULT ACL', nspname, 'DEFAULT PRIVILEGES FOR ' || case defaclobjtype
  when 'r' then 'TABLES' when 'S' then 'SEQUENCES' when 'f' then 'FUNCTIONS'
  when 'T' then 'TYPES' when 'n' then 'SCHEMAS' else 'LARGE OBJECTS' end, null
from pg_default_acl left join pg_namespace n on n.oid = defaclnamespace`;

const grants = `\
select 'ACL', nspname, case relkind when 'S' then 'SEQUENCE ' else 'TABLE ' end || quote_ident(relname), null
from pg_class c join pg_namespace n on n.oid = relnamespace where relacl is not null
union all
select 'ACL', nspname, 'COLUMN ' || quote_ident(relname) || '.' || quote_ident(attname), null
from pg_attribute join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
where attacl is not null
union all
select 'ACL', nspname, word || quote_ident(proname) || '(' || arguments || ')', null
from pg_proc p join pg_namespace n on n.oid = pronamespace
  cross join unnest(array['FUNCTION ', 'PROCEDURE ', 'AGGREGATE ']) word
  cross join unnest(array[
    pg_get_function_identity_arguments(p.oid), '*',
    array_to_string(array(select format_type(type, null) from unnest(proargtypes) type), ', ')
  ]) arguments
where proacl is not null
union all
select 'ACL', nspname, word || quote_ident(typname), null
from pg_type join pg_namespace n on n.oid = typnamespace
  cross join unnest(array['TYPE ', 'DOMAIN ']) word
where typacl is not null
union all
select 'ACL', null, 'SCHEMA ' || quote_ident(nspname), null from pg_namespace where nspacl is not null
union all
select 'ACL', null, 'LANGUAGE ' || quote_ident(lanname), null from pg_language where lanacl is not null
union all
select 'ACL', null, 'FOREIGN DATA WRAPPER ' || quote_ident(fdwname), null from pg_foreign_data_wrapper where fdwacl is not null
union all
select 'ACL', null, 'FOREIGN SERVER ' || quote_ident(srvname), null from pg_foreign_server where srvacl is not null`;

// PostgreSQL 15 brought it.
const schemasOfPublications = `\
select 'PUBLICATION TABLES IN SCHEMA', nspname, pubname || ' ' || nspname, null
from pg_publication_namespace
  join pg_publication p on p.oid = pnpubid join pg_namespace n on n.oid = pnnspid`;

/** Reads all that the catalog has, with names as pg_dump writes them. */
export async function catalogObjects(client: pg.Client): Promise<CatalogObject[]> {
  const { rows: versions } = await client.query<{ number: number }>(
    `select current_setting('server_version_num')::int as number`,
  );
  const hasSchemas = (versions[0]?.number ?? 0) >= 150_000;
  const parts = [relations, partsOfTables, routines, inNoSchema, grants];
  const sql = [...parts, ...(hasSchemas ? [schemasOfPublications] : [])];
  return (await client.query<CatalogObject>(sql.join('\nunion all\n'))).rows;
}
