import type { Archive, TocEntry } from '../../../pg-dump/archive.ts';

/** A role that a restore refers to. */
export interface NeededRole {
  readonly name: string;
  /**
   * It owns what only superusers may own, or a materialized view: that is filled with its
   * rights, which it may have had as a member of other roles, of whom no archive tells.
   */
  readonly isSuperuser: boolean;
}

/** Behind which words the statements of pg_dump name roles. It writes them in capitals. */
const introducing: Record<string, readonly string[]> = {
  ACL: ['TO', 'FROM', 'AUTHORIZATION'],
  'DEFAULT ACL': ['TO', 'FROM', 'ROLE'],
  POLICY: ['TO'],
  'USER MAPPING': ['FOR'],
};
const ownedBySuperusers = [
  'EVENT TRIGGER',
  'FOREIGN DATA WRAPPER',
  'MATERIALIZED VIEW',
  'PUBLICATION',
  'SUBSCRIPTION',
];
/** Literals, identifiers and words; of all else each character. */
const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\w$\u0080-\uffff]+|\S/g;

/**
 * The roles that a restore refers to: owners, and those to whom something is granted or a
 * policy applies. pg_dump does not say what they may do, so that all they can be is there.
 */
export function rolesOf({ entries }: Archive): NeededRole[] {
  const superusers = new Set(
    entries.flatMap(({ kind, owner }) => (ownedBySuperusers.includes(kind) ? owner : [])),
  );
  return [...new Set(entries.flatMap(rolesOfEntry))]
    .filter((name) => name !== '' && !name.startsWith('pg_') && name !== 'postgres')
    .map((name) => ({ name, isSuperuser: superusers.has(name) }));
}

function rolesOfEntry({ kind, owner, definition }: TocEntry): string[] {
  const owners = owner === null ? [] : [owner];
  return [...owners, ...namesBehind(introducing[kind] ?? [], definition ?? '')];
}

/** The names in the lists behind these words. In parentheses are expressions: not there. */
function namesBehind(words: readonly string[], definition: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let last: 'introduction' | 'name' | 'other' = 'other';
  for (const [token] of definition.matchAll(tokens)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    if (depth > 0 || token === 'GROUP') continue;
    if (last === 'introduction' && /^["\w$\u0080-\uffff]/.test(token)) {
      names.push(token);
      last = 'name';
    } else if (words.includes(token) || (last === 'name' && token === ',')) {
      last = 'introduction';
    } else {
      last = 'other';
    }
  }
  return names.filter((name) => !/^public$/i.test(name)).map(unquoted);
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
