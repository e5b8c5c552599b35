import type pg from 'pg';

/** The file of an index: another one once it was rebuilt. */
export interface IndexFile {
  readonly bytes: number;
  readonly file: number;
}

/** The indexes of the tables of the benchmark, by name. */
export async function indexSizes(client: pg.Client): Promise<Map<string, IndexFile>> {
  const { rows } = await client.query<IndexFile & { name: string }>(`
select x.relname as name, pg_relation_size(x.oid)::float8 as bytes,
  pg_relation_filenode(x.oid)::int8::float8 as file
from pg_index i join pg_class x on x.oid = i.indexrelid
where x.relnamespace = 'public'::regnamespace and i.indisvalid
order by 1`);
  return new Map(rows.map(({ name, ...file }) => [name, file]));
}

/** The invalid indexes that a rebuild has left, whosever they are. */
export async function leftovers(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
select x.relname as name from pg_index i join pg_class x on x.oid = i.indexrelid
where not i.indisvalid order by 1`);
  return rows.map(({ name }) => name);
}
