import type pg from 'pg';
import { type Finding, finding } from '../../../core/finding.ts';
import { formatCount } from '../../../core/units.ts';
import type { Archive, TocEntry } from '../../../pg-dump/archive.ts';
import { catalogKindOf, isKnownKind, isPassedOver } from './catalog-kinds.ts';
import { type CatalogObject, catalogObjects } from './catalog-objects.ts';
import { counted, foldMany, nameThose } from './fold.ts';

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
  const looked = entries.filter((entry) => !isPassedOver(entry));
  const known = looked.filter(({ kind }) => isKnownKind(kind));
  const missing = known.filter((entry) => !has(catalogKindOf(entry.kind), entry));
  return [
    ...[...Map.groupBy(missing, ({ kind }) => kind)].flatMap(missingFindings),
    ...invalidIndexes(known.filter((entry) => has('INVALID INDEX', entry))),
    ...otherOwners(known, (entry) => restored.get(keyOf(entry.kind, entry))),
    ...leftOutData(
      entries,
      known.filter((entry) => entry.kind === 'TABLE' && has('PLAIN TABLE', entry)),
    ),
    ...unknownKinds(looked.filter(({ kind }) => !isKnownKind(kind))),
  ];
}

function keyOf(
  kind: string,
  { namespace, tag }: { namespace: string | null; tag: string },
): string {
  return JSON.stringify([kind, namespace || null, tag]);
}

/** `public.trades trades_pkey`; of grants `TABLE public.trades` */
function nameOf({ kind, namespace, tag }: TocEntry): string {
  if (!namespace) return tag;
  const [, word = '', name = tag] =
    kind === 'ACL' ? (/^([A-Z ]+ )(.+)$/s.exec(tag) ?? []) : [];
  return `${word}${namespace}.${name}`;
}

function missingFindings([kind, cases]: [string, TocEntry[]]): Finding[] {
  const isGrant = kind === 'ACL';
  return foldMany(
    cases,
    (entry) =>
      finding(
        'schema-mismatch',
        nameOf(entry),
        isGrant
          ? `Grants on ${nameOf(entry)} are in the archive and not in the restored database.`
          : `${kind} ${nameOf(entry)} is in the archive and not in the restored database.`,
      ),
    (all) =>
      finding(
        'schema-mismatch',
        kind,
        `${isGrant ? 'Grants on' : `${kind}:`} ${formatCount(all.length)} objects are in the archive and not in the restored database: ${nameThose(all.map(nameOf))}.`,
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
        `${formatCount(all.length)} indexes were restored, and are not valid: ${nameThose(all.map(nameOf))}.`,
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
        `After the restore ${counted(all.length, 'relation')} belong to another role than in the archive: ${nameThose(all.map(({ message }) => message))}.`,
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
  // One table may be left out on purpose; a backup without any row is none.
  const severity = filled.size === 0 ? 'high' : 'medium';
  const message =
    cases.length === 1
      ? `The dump leaves out the data of ${nameOf(first)}.`
      : `The dump leaves out the data of ${counted(cases.length, 'table')}: ${nameThose(cases.map(nameOf))}.`;
  return [
    finding('schema-mismatch', cases.length === 1 ? nameOf(first) : 'data', message, {
      severity,
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
