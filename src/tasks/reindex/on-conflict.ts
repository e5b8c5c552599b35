import pg from 'pg';
import { type Finding, finding } from '../../core/finding.ts';
import type { Database } from '../../postgres/database.ts';
import { extensionFunction } from '../../postgres/extensions.ts';
import type { NamedObject } from '../../postgres/name-filter.ts';
import type { Index } from './indexes.ts';
import type { Selection } from './selection.ts';

/** From here on, a concurrent rebuild no longer disturbs ON CONFLICT. */
const fixedIn = 190_000;

/** What is known of the statements that rely on unique indexes. */
export interface ConflictTargets {
  /** The indexes that an INSERT … ON CONFLICT relies on. */
  readonly reliedOn: ReadonlySet<Index>;
  readonly findings: readonly Finding[];
}

/**
 * Finds the unique indexes that an INSERT … ON CONFLICT relies on, as far as
 * pg_stat_statements has seen one since it was last reset.
 */
export async function conflictTargets(
  indexes: readonly Index[],
  { lineOf, tablesOf }: Pick<Selection, 'lineOf' | 'tablesOf'>,
  database: Database,
): Promise<ConflictTargets> {
  // Nobody but the server writes to a TOAST table.
  const unique = indexes.filter(
    ({ isUnique, table }) => isUnique && table.oid === table.ownerOid,
  );
  if (unique.length === 0 || database.server.versionNumber >= fixedIn) {
    return { reliedOn: new Set(), findings: [] };
  }
  const { statements, unseen } = await readStatements(database);
  const columns = await readColumnNames(
    database,
    unique.map(({ oid }) => oid),
  );
  const reliedOn = unique.filter((index) =>
    statements.some((sql) =>
      reliesOn(sql, lineOf(index), tablesOf(index), columns.get(index.oid) ?? []),
    ),
  );
  const notShown = unseen === null ? [] : [notSeen(unseen, database)];
  return {
    reliedOn: new Set(reliedOn),
    findings: [...reliedOn.map(hazard), ...notShown],
  };
}

/**
 * Whether a statement is an INSERT … ON CONFLICT into the table of an index, or into one that
 * this is a partition of, which infers that index: by its columns, by the name of its
 * constraint, or, without a target, any unique index of the table. An expression in a target
 * counts as this one.
 */
export function reliesOn(
  sql: string,
  line: readonly Pick<Index, 'name'>[],
  tables: readonly Pick<NamedObject, 'schema' | 'name'>[],
  columns: readonly string[],
): boolean {
  const statement = /\binsert\s+into\s+([\s\S]*?)\bon\s+conflict\b([\s\S]*)/i.exec(sql);
  if (!statement) return false;
  const [, into = '', target = ''] = statement;
  const [, schema, tableName] =
    /^(?:([\w$]+|"(?:[^"]|"")+")\s*\.\s*)?([\w$]+|"(?:[^"]|"")+")/.exec(into) ?? [];
  const isInto = tables.some(
    (table) =>
      nameOf(tableName) === table.name &&
      (schema === undefined || nameOf(schema) === table.schema),
  );
  if (!isInto) return false;
  const constraint = /^\s*on\s+constraint\s+([\w$]+|"(?:[^"]|"")+")/i.exec(target)?.[1];
  if (constraint !== undefined) {
    return line.some(({ name }) => nameOf(constraint) === name);
  }
  const list = /^\s*\(([\s\S]*?)\)\s*(?:where\b|do\b)/i.exec(target)?.[1];
  if (list === undefined) return true;
  if (list.includes('(')) return true;
  const wanted = list.split(',').map((one) => nameOf(one.trim().split(/\s/)[0]));
  return (
    wanted.length === columns.length && columns.every((column) => wanted.includes(column))
  );
}

/** A name as the server keeps it: unquoted ones in lower case. */
function nameOf(text: string | undefined): string {
  if (text === undefined) return '';
  return text.startsWith('"')
    ? text.slice(1, -1).replaceAll('""', '"')
    : text.toLowerCase();
}

interface Statements {
  readonly statements: readonly string[];
  /** Why there may be others; null where these are all. */
  readonly unseen: 'not-kept' | 'not-shown' | null;
}

/** Reads the statements that are shown to our role. */
async function readStatements(database: Database): Promise<Statements> {
  const none: Statements = { statements: [], unseen: 'not-kept' };
  const view = await extensionFunction(
    database,
    'pg_stat_statements',
    'pg_stat_statements',
  );
  if (!view) return none;
  try {
    const rows = await database.query<{ query: string; isHidden: boolean }>(`\
select query, query = '<insufficient privilege>' as "isHidden"
from ${view}(true)
where dbid = (select oid from pg_database where datname = current_database())
  and (query ~* 'on\\s+conflict' or query = '<insufficient privilege>')`);
    const isSome = rows.some(({ isHidden }) => isHidden);
    const statements = rows.filter(({ isHidden }) => !isHidden).map(({ query }) => query);
    return { statements, unseen: isSome ? 'not-shown' : null };
  } catch {
    // Installed, but not loaded by shared_preload_libraries.
    return none;
  }
}

async function readColumnNames(
  database: Database,
  oids: readonly number[],
): Promise<Map<number, string[]>> {
  const rows = await database.query<{ oid: number; names: string[] }>(
    `\
select i.indexrelid::int8 as oid, array_agg(a.attname::text) as names
from pg_index i
  cross join lateral unnest(i.indkey[0 : i.indnkeyatts - 1]) as k (attnum)
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
where i.indexrelid = any($1) group by 1`,
    [oids],
  );
  return new Map(rows.map(({ oid, names }) => [oid, names]));
}

function hazard({ id, table }: Index): Finding {
  return finding(
    'on-conflict-hazard',
    id,
    `An INSERT … ON CONFLICT into ${table.id} relies on ${id}: while it is rebuilt, that statement can fail with a unique violation. It is rebuilt last.`,
  );
}

function notSeen(why: 'not-kept' | 'not-shown', { server }: Database): Finding {
  const [reason, remedy] =
    why === 'not-kept'
      ? [
          'pg_stat_statements does not run here',
          'If it matters: add pg_stat_statements to shared_preload_libraries, restart the server, and run: create extension pg_stat_statements',
        ]
      : [
          `pg_stat_statements hides the statements of others from role ${server.role}`,
          `Run: grant pg_read_all_stats to ${pg.escapeIdentifier(server.role)}`,
        ];
  return finding(
    'not-checked',
    'ON CONFLICT',
    `Whether an INSERT … ON CONFLICT relies on a unique index that is to be rebuilt is not known: ${reason}.`,
    // A server without the extension is no fault of the run.
    { remedy, ...(why === 'not-kept' && { severity: 'info' }) },
  );
}
