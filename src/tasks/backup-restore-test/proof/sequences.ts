import pg from 'pg';
import { type Finding, finding } from '../../../core/finding.ts';
import { formatSeconds } from '../../../core/units.ts';
import { counted, foldMany, nameThose } from './fold.ts';
import { eachWithin } from './time-limit.ts';

const sql = `\
with feeds as (
  select objid as sequence, refobjid as "table", refobjsubid as "column"
  from pg_catalog.pg_depend
  where classid = 'pg_catalog.pg_class'::regclass
    and refclassid = 'pg_catalog.pg_class'::regclass
    and refobjsubid > 0 and deptype in ('a', 'i')
  union
  select refobjid, adrelid, adnum
  from pg_catalog.pg_depend join pg_catalog.pg_attrdef d on d.oid = objid
  where classid = 'pg_catalog.pg_attrdef'::regclass
    and refclassid = 'pg_catalog.pg_class'::regclass and refobjsubid = 0
)
select
  seqrelid::regclass::text as "sequence",
  attrelid::regclass::text as "table",
  attname as "column",
  seqincrement as "increment"
from feeds
  join pg_catalog.pg_sequence on seqrelid = sequence
  join pg_catalog.pg_attribute on attrelid = "table" and attnum = "column"
  join pg_catalog.pg_class c on c.oid = attrelid
where not seqcycle and not attisdropped
  and relkind in ('r', 'p') and not relispartition
  and atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
  and exists (
    select from pg_catalog.pg_index where indrelid = attrelid and indisunique and attnum = any (indkey)
  )
order by 1, 2`;

interface Feed {
  readonly sequence: string;
  readonly table: string;
  readonly column: string;
  readonly increment: string;
}

interface Behind extends Feed {
  readonly next: string;
  readonly last: string;
}

/** What a sequence check may take of one column that no index can answer for. */
const timeoutMs = 30_000;

/**
 * Finds sequences whose next value was already given to a row, by the columns that they
 * feed and that are part of a unique index. Sequences that cycle are passed over.
 */
export async function checkSequences(client: pg.Client): Promise<Finding[]> {
  const { rows: feeds } = await client.query<Feed>(sql);
  const found = await eachWithin(client, timeoutMs, feeds, (feed) =>
    compare(client, feed),
  );
  const unknown = feeds.filter((_, index) => found[index] === null);
  const behind = found.filter((one) => one !== null && one !== 'ahead');
  return [
    ...foldMany(
      behind,
      (one) =>
        finding('sequence-behind', one.sequence, `${messageOf(one)}.`, {
          remedy: `Run on the production database, where it is so, too: select setval(${pg.escapeLiteral(one.sequence)}, (select ${extreme(one)}(${pg.escapeIdentifier(one.column)}) from ${one.table}));`,
        }),
      (all) =>
        finding(
          'sequence-behind',
          'sequences',
          `${counted(all.length, 'sequence')} are behind the columns that they feed: ${nameThose(all.map(messageOf))}.`,
        ),
    ),
    ...(unknown.length === 0 ? [] : [notChecked(unknown)]),
  ];
}

function notChecked(feeds: readonly Feed[]): Finding {
  return finding(
    'not-checked',
    'sequences',
    `Whether ${counted(feeds.length, 'sequence')} are behind was not found out within ${formatSeconds(timeoutMs / 1000)} each: ${nameThose(feeds.map(({ sequence }) => sequence))}.`,
    { remedy: 'Nothing: the columns that they feed lead no index.' },
  );
}

async function compare(client: pg.Client, feed: Feed): Promise<Behind | 'ahead'> {
  const { sequence, table, column, increment } = feed;
  const order = increment.startsWith('-') ? '>=' : '<=';
  const { rows } = await client.query<{ next: string; last: string }>(`\
select next::text, last::text
from (
  select last_value::numeric + case when is_called then ${BigInt(increment)} else 0 end as next
  from ${sequence}
) s, (select ${extreme(feed)}(${pg.escapeIdentifier(column)}) as last from ${table}) t
where next ${order} last`);
  return rows[0] ? { ...feed, ...rows[0] } : 'ahead';
}

function extreme({ increment }: Feed): 'min' | 'max' {
  return increment.startsWith('-') ? 'min' : 'max';
}

function messageOf({ sequence, table, column, next, last }: Behind): string {
  return `the next value of ${sequence} is ${next}, and column ${column} of ${table} has ${last} already`;
}
