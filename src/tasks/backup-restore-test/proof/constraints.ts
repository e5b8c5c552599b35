import type pg from 'pg';
import { type Finding, finding } from '../../../core/finding.ts';
import { counted, foldMany, nameThose } from './fold.ts';

const sql = `\
select
  coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text) as "on",
  quote_ident(conname) as "name",
  pg_get_constraintdef(oid) as "definition"
from pg_catalog.pg_constraint
where not convalidated
order by 1, 2`;

interface Constraint {
  readonly on: string;
  readonly name: string;
  readonly definition: string;
}

/** Finds constraints that are not validated: rows that break them may be in the backup. */
export async function checkConstraints(client: pg.Client): Promise<Finding[]> {
  const { rows } = await client.query<Constraint>(sql);
  return foldMany(
    rows,
    ({ on, name, definition }) =>
      finding(
        'constraint-not-valid',
        on,
        `Constraint ${name} of ${on} is not validated: ${definition}.`,
      ),
    (all) =>
      finding(
        'constraint-not-valid',
        'constraints',
        `${counted(all.length, 'constraint')} are not validated: ${nameThose(all.map(({ on, name }) => `${name} of ${on}`))}.`,
      ),
  );
}
