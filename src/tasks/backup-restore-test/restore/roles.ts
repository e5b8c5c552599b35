import type { Archive, TocEntry } from '../../../pg-dump/archive.ts';

const identifier = String.raw`"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*`;
const list = String.raw`(?:GROUP )?(?:${identifier})(?:, (?:GROUP )?(?:${identifier}))*`;

/** Where the statements of pg_dump name roles; literals have been taken out before. */
const mentions: Record<string, RegExp> = {
  ACL: new RegExp(String.raw`(?:\bTO|\bFROM|AUTHORIZATION) (${list})`, 'g'),
  'DEFAULT ACL': new RegExp(String.raw`(?:\bTO|\bFROM|FOR ROLE) (${list})`, 'g'),
  POLICY: new RegExp(String.raw`\bTO (${list})`, 'g'),
  'USER MAPPING': new RegExp(String.raw`\bFOR (${list})`, 'g'),
};
const noRoles = new Set([
  'public',
  'current_user',
  'current_role',
  'session_user',
  'postgres',
  'default',
]);

/**
 * The roles that a restore refers to: owners, and those to whom something is granted or a
 * policy applies. pg_dump does not say what they may do, so that all they can be is there.
 */
export function rolesOf({ entries }: Archive): string[] {
  const roles = new Set(entries.flatMap(rolesOfEntry));
  return [...roles].filter((role) => !role.startsWith('pg_') && role !== 'postgres');
}

function rolesOfEntry({ kind, owner, definition }: TocEntry): string[] {
  const owners = owner === null ? [] : [owner];
  const pattern = mentions[kind];
  if (!pattern || definition === null) return owners;
  const text = kind === 'POLICY' ? headOfPolicy(definition) : withoutLiterals(definition);
  const named = [...text.matchAll(pattern)].flatMap(([, names = '']) => namesIn(names));
  return [...owners, ...named];
}

/** What follows `USING` or `WITH CHECK` is an expression, in which `TO` means nothing. */
function headOfPolicy(definition: string): string {
  return withoutLiterals(definition).replace(/ (USING|WITH CHECK) \([\s\S]*$/, '');
}

function withoutLiterals(text: string): string {
  return text.replace(/'(?:[^']|'')*'/g, "''");
}

function namesIn(names: string): string[] {
  const found = names.match(new RegExp(identifier, 'g')) ?? [];
  return found.flatMap((name) => {
    if (name.startsWith('"')) return [name.slice(1, -1).replaceAll('""', '"')];
    const lower = name.toLowerCase();
    return noRoles.has(lower) || lower === 'group' ? [] : [lower];
  });
}
