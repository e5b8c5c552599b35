import type pg from 'pg';
import { type Finding, finding } from '../../../core/finding.ts';
import type { Archive, TocEntry } from '../../../pg-dump/archive.ts';
import { type CatalogObject, catalogObjects } from './catalog-objects.ts';
import { counted, foldMany, nameSome } from './fold.ts';

/** Kinds of entries that stand for nothing in the catalog, or are compared elsewhere. */
const passedOver: ReadonlySet<string> = new Set([
  'ENCODING',
  'STDSTRINGS',
  'SEARCHPATH',
  'DATABASE',
  'DATABASE PROPERTIES',
  'COMMENT',
  'SECURITY LABEL',
  'TABLE DATA',
  'SEQUENCE SET',
  'STATISTICS DATA',
  'BLOB',
  'BLOBS',
  'BLOB METADATA',
]);

/** Kinds that the catalog has under another name. */
const aliases: Readonly<Record<string, string>> = {
  'SHELL TYPE': 'TYPE',
  LANGUAGE: 'PROCEDURAL LANGUAGE',
};

const knownKinds: ReadonlySet<string> = new Set([
  ...['TABLE', 'VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE', 'SEQUENCE', 'INDEX'],
  ...['INDEX ATTACH', 'TABLE ATTACH', 'MATERIALIZED VIEW DATA', 'ROW SECURITY'],
  ...['SEQUENCE OWNED BY', 'CONSTRAINT', 'FK CONSTRAINT', 'CHECK CONSTRAINT'],
  ...['TRIGGER', 'RULE', 'POLICY', 'DEFAULT', 'AGGREGATE', 'PROCEDURE', 'FUNCTION'],
  ...['TYPE', 'DOMAIN', 'OPERATOR', 'OPERATOR CLASS', 'OPERATOR FAMILY', 'COLLATION'],
  ...['CONVERSION', 'STATISTICS', 'TEXT SEARCH CONFIGURATION', 'SCHEMA', 'EXTENSION'],
  ...['TEXT SEARCH DICTIONARY', 'TEXT SEARCH PARSER', 'TEXT SEARCH TEMPLATE'],
  ...['ACCESS METHOD', 'PROCEDURAL LANGUAGE', 'EVENT TRIGGER', 'FOREIGN DATA WRAPPER'],
  ...['SERVER', 'USER MAPPING', 'CAST', 'TRANSFORM', 'SUBSCRIPTION', 'PUBLICATION'],
  ...['PUBLICATION TABLE', 'PUBLICATION TABLES IN SCHEMA', 'DEFAULT ACL', 'ACL'],
]);

/** Grants on these are no part of the database, or are not restored with it. */
const otherGrants =
  /^(?!(TABLE|SEQUENCE|COLUMN|FUNCTION|PROCEDURE|AGGREGATE|TYPE|DOMAIN|SCHEMA|LANGUAGE|FOREIGN DATA WRAPPER|FOREIGN SERVER) )/;

/**
 * Looks whether everything in the table of contents exists in the restored catalog, and
 * whether the dump leaves out the data of a table.
 *
 * @param client must have an empty search path, so that types are named with their schema
 */
export async function compareCatalog(
  client: pg.Client,
  { entries }: Archive,
): Promise<Finding[]> {
  const restored = new Map<string, CatalogObject>();
  for (const object of await catalogObjects(client)) {
    restored.set(keyOf(object.kind, object), object);
  }
  const has = (kind: string, entry: TocEntry) => restored.has(keyOf(kind, entry));
  const looked = entries.filter(
    ({ kind, tag }) =>
      !passedOver.has(kind) && !(kind === 'ACL' && otherGrants.test(tag)),
  );
  const known = looked.filter(({ kind }) => knownKinds.has(kindOf(kind)));
  const missing = known.filter((entry) => !has(kindOf(entry.kind), entry));
  return [
    ...[...Map.groupBy(missing, ({ kind }) => kind)].flatMap(missingFindings),
    ...invalidIndexes(known.filter((entry) => has('INVALID INDEX', entry))),
    ...otherOwners(known, (entry) => restored.get(keyOf(entry.kind, entry))),
    ...leftOutData(
      entries,
      known.filter((entry) => entry.kind === 'TABLE' && has('PLAIN TABLE', entry)),
    ),
    ...unknownKinds(looked.filter(({ kind }) => !knownKinds.has(kindOf(kind)))),
  ];
}

function kindOf(kind: string): string {
  return aliases[kind] ?? kind;
}

function keyOf(
  kind: string,
  { namespace, tag }: { namespace: string | null; tag: string },
): string {
  return JSON.stringify([kind, namespace || null, tag]);
}

/** `public.trades trades_pkey` */
function nameOf({ namespace, tag }: TocEntry): string {
  return namespace ? `${namespace}.${tag}` : tag;
}

function missingFindings([kind, cases]: [string, TocEntry[]]): Finding[] {
  const what = kind === 'ACL' ? 'GRANT' : kind;
  return foldMany(
    cases,
    (entry) =>
      finding(
        'schema-mismatch',
        nameOf(entry),
        `${what} ${nameOf(entry)} is in the archive and not in the restored database.`,
      ),
    (all) =>
      finding(
        'schema-mismatch',
        what,
        `${counted(all.length, 'entry').replace(/entrys$/, 'entries')} of the kind ${what} are in the archive and not in the restored database: ${nameSome(all.map(nameOf))}.`,
      ),
  );
}

function invalidIndexes(cases: readonly TocEntry[]): Finding[] {
  const ofIndexes = cases.filter(({ kind }) => kind === 'INDEX');
  return foldMany(
    ofIndexes,
    (entry) =>
      finding(
        'schema-mismatch',
        nameOf(entry),
        `Index ${nameOf(entry)} was restored, and is not valid: queries cannot use it.`,
      ),
    (all) =>
      finding(
        'schema-mismatch',
        'INDEX',
        `${counted(all.length, 'index').replace(/indexs$/, 'indexes')} were restored, and are not valid: ${nameSome(all.map(nameOf))}.`,
      ),
  );
}

function otherOwners(
  entries: readonly TocEntry[],
  restoredAs: (entry: TocEntry) => CatalogObject | undefined,
): Finding[] {
  const cases = entries.flatMap((entry) => {
    const owner = restoredAs(entry)?.owner;
    if (!owner || !entry.owner || owner === entry.owner) return [];
    return [{ entry, message: `${nameOf(entry)} to ${owner} instead of ${entry.owner}` }];
  });
  return foldMany(
    cases,
    ({ entry, message }) =>
      finding('schema-mismatch', nameOf(entry), `After the restore belongs ${message}.`),
    (all) =>
      finding(
        'schema-mismatch',
        'owners',
        `After the restore ${counted(all.length, 'relation')} belong to another role than in the archive: ${nameSome(all.map(({ message }) => message))}.`,
      ),
  );
}

function leftOutData(
  entries: readonly TocEntry[],
  tables: readonly TocEntry[],
): Finding[] {
  const filled = new Set(
    entries.filter(({ kind }) => kind === 'TABLE DATA').map((one) => keyOf('', one)),
  );
  const cases = tables.filter((one) => !filled.has(keyOf('', one)));
  if (cases.length === 0) return [];
  const [first] = cases as [TocEntry];
  const message =
    cases.length === 1
      ? `The dump leaves out the data of ${nameOf(first)}.`
      : `The dump leaves out the data of ${counted(cases.length, 'table')}: ${nameSome(cases.map(nameOf))}.`;
  return [
    finding('schema-mismatch', cases.length === 1 ? nameOf(first) : 'data', message, {
      severity: 'medium',
      remedy:
        'Nothing, if that is wanted (--exclude-table-data, --schema-only, --no-unlogged-table-data): after a restore, these tables are empty.',
    }),
  ];
}

function unknownKinds(entries: readonly TocEntry[]): Finding[] {
  if (entries.length === 0) return [];
  const kinds = [...Map.groupBy(entries, ({ kind }) => kind)];
  const list = kinds.map(([kind, { length }]) => `${kind} (${length})`).join(', ');
  return [
    finding(
      'not-checked',
      'catalog',
      `The archive has entries of kinds that are not known here; whether they were restored was not checked: ${list}.`,
      { remedy: 'Nothing: pg_restore reports what it cannot restore.' },
    ),
  ];
}
