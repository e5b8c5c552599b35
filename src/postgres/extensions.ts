import type { Database } from './database.ts';

/**
 * The name of a function of an extension, with its schema, where the extension is installed
 * and our role may call the function; else null. Extensions may lie in any schema.
 */
export async function extensionFunction(
  database: Pick<Database, 'query'>,
  extension: string,
  name: string,
): Promise<string | null> {
  const [row] = await database.query<{ name: string }>(
    `\
select format('%I.%I', n.nspname, p.proname) as name
from pg_extension e
  join pg_depend d on d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid
    and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
  join pg_proc p on p.oid = d.objid
  join pg_namespace n on n.oid = p.pronamespace
where e.extname = $1 and p.proname = $2 and has_function_privilege(p.oid, 'execute')
  and has_schema_privilege(n.oid, 'usage')
limit 1`,
    [extension, name],
  );
  return row?.name ?? null;
}
