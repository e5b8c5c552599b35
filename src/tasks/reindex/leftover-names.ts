/** Names have 63 bytes at most (NAMEDATALEN - 1). */
const maxNameBytes = 63;

/** `ccnew`: what was being built. `ccold`: what the new one has already taken the place of. */
export type LeftoverKind = 'ccnew' | 'ccold';

/** Reads the name of what REINDEX CONCURRENTLY may leave; null where it is no such name. */
export function leftoverKind(name: string): LeftoverKind | null {
  return (suffixOf(name)?.kind as LeftoverKind | undefined) ?? null;
}

/**
 * Whether a leftover has the name that REINDEX CONCURRENTLY would give it for an index: the
 * index's own name, cut at a character so that all fits into 63 bytes, and a suffix with
 * digits where the name was taken (`ChooseRelationName` in src/backend/commands/indexcmds.c).
 */
export function isLeftoverOf(name: string, indexName: string): boolean {
  const suffix = suffixOf(name);
  if (!suffix) return false;
  const room = maxNameBytes - Buffer.byteLength(suffix.text);
  return name === clipped(indexName, room) + suffix.text;
}

function suffixOf(name: string) {
  const [text, kind] = /_(ccnew|ccold)\d*$/.exec(name) ?? [];
  return text === undefined ? null : { text, kind };
}

function clipped(name: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return name.slice(0, end);
}
