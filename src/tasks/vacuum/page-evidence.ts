import { type Finding, finding } from '../../core/finding.ts';
import { formatCount } from '../../core/units.ts';
import type { Database } from '../../postgres/database.ts';
import { isSystemSchema, type Relation } from './relations.ts';

/**
 * Makes up for lost counters. PostgreSQL throws all of them away when it recovers from a
 * crash, and a standby that is promoted begins without any: then no table would look due.
 * The dead tuples are counted on the pages themselves, where `pgstattuple` is installed;
 * else every table counts as due, since a vacuum of a clean one only reads its map.
 */
export async function withPageEvidence(
  relations: Relation[],
  database: Database,
): Promise<{ relations: Relation[]; findings: Finding[] }> {
  if (!countersAreLost(relations)) return { relations, findings: [] };
  const schema = await schemaOfPgstattuple(database);
  const examined: Relation[] = [];
  for (const relation of relations) {
    const counted =
      schema !== null && relation.mayMaintain && relation.kind !== 'p'
        ? await countDeadTuples(relation, schema, database)
        : null;
    examined.push(
      counted === null ? asDue(relation) : { ...relation, deadTuples: counted },
    );
  }
  return {
    relations: examined,
    findings: [lostFinding(relations.length, schema !== null)],
  };
}

/** Whether not one table has ever been counted, though some have rows. */
export function countersAreLost(relations: readonly Relation[]): boolean {
  const hasRows = relations.some(
    ({ tuples, schema }) => tuples > 0 && !isSystemSchema(schema),
  );
  return (
    hasRows &&
    relations.every(
      (relation) => isSystemSchema(relation.schema) || isUncounted(relation),
    )
  );
}

function isUncounted(relation: Relation): boolean {
  const { liveTuples, deadTuples, insertedTuples, modifiedTuples } = relation;
  return liveTuples + deadTuples + insertedTuples + modifiedTuples === 0;
}

/** More dead tuples than any threshold: nobody knows better. */
function asDue(relation: Relation): Relation {
  if (relation.kind === 'p' || relation.pages === 0 || isSystemSchema(relation.schema)) {
    return relation;
  }
  return { ...relation, deadTuples: Math.max(1000, relation.tuples) };
}

async function schemaOfPgstattuple(database: Database): Promise<string | null> {
  const [row] = await database.query<{ schema: string }>(`\
select quote_ident(n.nspname) as schema
from pg_extension e
  join pg_namespace n on n.oid = e.extnamespace
  join pg_proc p on p.pronamespace = n.oid and p.proname = 'pgstattuple_approx'
where e.extname = 'pgstattuple' and has_function_privilege(p.oid, 'execute')`);
  return row?.schema ?? null;
}

async function countDeadTuples(
  { oid }: Relation,
  schema: string,
  database: Database,
): Promise<number | null> {
  try {
    const [row] = await database.query<{ dead: number }>(
      `select dead_tuple_count as dead from ${schema}.pgstattuple_approx($1::oid)`,
      [oid],
    );
    return row?.dead ?? null;
  } catch {
    // Locked or dropped meanwhile: its own step will tell.
    return null;
  }
}

function lostFinding(tables: number, isCounted: boolean): Finding {
  const instead = isCounted
    ? 'The dead tuples were counted on the pages instead.'
    : 'All tables count as due, because pgstattuple, which could count on the pages, is not installed or may not be used.';
  return finding(
    'statistics-lost',
    'the counters of the server',
    `The counters of all ${formatCount(tables)} tables are zero, as after a crash or fail-over. ${instead}`,
  );
}
