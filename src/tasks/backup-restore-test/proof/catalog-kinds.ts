import type { TocEntry } from '../../../pg-dump/archive.ts';

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

/** Whether an entry is not looked for in the catalog at all. */
export function isPassedOver({ kind, tag }: TocEntry): boolean {
  return passedOver.has(kind) || (kind === 'ACL' && otherGrants.test(tag));
}

/** Whether it is known where the catalog has entries of this kind. */
export function isKnownKind(kind: string): boolean {
  return knownKinds.has(catalogKindOf(kind));
}

/** The kind under which the catalog has an entry. */
export function catalogKindOf(kind: string): string {
  return aliases[kind] ?? kind;
}
