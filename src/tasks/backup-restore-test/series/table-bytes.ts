import type { Archive, TocEntry } from '../../../pg-dump/archive.ts';

/** How the data of an entry is called: of a table, its schema and name. */
export function dataNameOf({ kind, namespace, tag }: TocEntry): string | null {
  if (kind === 'TABLE DATA') return namespace === null ? tag : `${namespace}.${tag}`;
  return kind === 'BLOBS' ? 'large objects' : null;
}

/**
 * What the data of each table take in the file: its block reaches to where the next begins.
 * Null where an offset is missing.
 */
export function tableBytesOf(
  archive: Archive,
  sizeBytes: number,
): ReadonlyMap<string, number> | null {
  const blocks = archive.entries.filter(({ hasData }) => hasData);
  const offsets: number[] = [];
  for (const { dataOffset } of blocks) {
    if (dataOffset === null) return null;
    offsets.push(dataOffset);
  }
  offsets.sort((a, b) => a - b);
  const endOf = new Map(
    offsets.map((offset, index) => [offset, offsets[index + 1] ?? sizeBytes]),
  );
  const bytes = new Map<string, number>();
  for (const entry of blocks) {
    const name = dataNameOf(entry);
    if (name === null || entry.dataOffset === null) continue;
    const size = (endOf.get(entry.dataOffset) ?? sizeBytes) - entry.dataOffset;
    bytes.set(name, (bytes.get(name) ?? 0) + size);
  }
  return bytes;
}
