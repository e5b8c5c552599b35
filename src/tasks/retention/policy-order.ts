import type { Session } from '../../postgres/session.ts';

type Queryable = Pick<Session, 'query'>;

/**
 * Orders tables so that those with foreign keys come before the tables that these reference:
 * a row goes before what it needs. Tables in a circle stay in the order given.
 *
 * @param edges by oid: a table, and one that it references
 */
export function referencingFirst(
  oids: readonly number[],
  edges: readonly (readonly [from: number, to: number])[],
): number[] {
  const ordered: number[] = [];
  const left = new Set(oids);
  while (left.size > 0) {
    const free = [...left].find(
      (oid) => !edges.some(([from, to]) => to === oid && from !== oid && left.has(from)),
    );
    const next = free ?? ([...left][0] as number);
    ordered.push(next);
    left.delete(next);
  }
  return ordered;
}

/** For each table the smallest oid of all that foreign keys connect it with. */
export function connectedGroups(
  oids: readonly number[],
  edges: readonly (readonly [from: number, to: number])[],
): Map<number, number> {
  const group = new Map(oids.map((oid) => [oid, oid]));
  const among = edges.filter((edge) => edge.every((oid) => group.has(oid)));
  for (let changed = true; changed; ) {
    changed = false;
    for (const [from, to] of among) {
      const smallest = Math.min(group.get(from) as number, group.get(to) as number);
      for (const oid of [from, to]) {
        if (group.get(oid) === smallest) continue;
        group.set(oid, smallest);
        changed = true;
      }
    }
  }
  return group;
}

/** Reads which of these tables reference which, by oid. */
export async function readEdges(
  database: Queryable,
  oids: readonly number[],
): Promise<[from: number, to: number][]> {
  const rows = await database.query<{ from: number; to: number }>(
    `\
select distinct conrelid::int8 as "from", confrelid::int8 as "to" from pg_constraint
where contype = 'f' and conrelid = any($1::int8[]::oid[])
  and confrelid = any($1::int8[]::oid[])`,
    [oids],
  );
  return rows.map(({ from, to }) => [from, to]);
}
