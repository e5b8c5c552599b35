import type { Archive, TocEntry } from './archive.ts';
import { ArchiveCorrupt, ArchiveTruncated, NotAnArchive } from './archive-errors.ts';
import { HeadEnded, HeadReader } from './head-reader.ts';
import { parseEntry } from './parse-entry.ts';
import { parseHeader } from './parse-header.ts';
import { magicWord, whatElse } from './what-else.ts';

export {
  ArchiveCorrupt,
  ArchiveTrailingData,
  ArchiveTruncated,
  NotAnArchive,
  UnsupportedArchive,
} from './archive-errors.ts';

/**
 * Parses the header and the table of contents of an archive in custom format, versions 1.14
 * to 1.16. Null where the bytes end before that: then more are needed. Throws
 * `NotAnArchive`, `UnsupportedArchive`, `ArchiveCorrupt` and, of a file that is all there,
 * `ArchiveTruncated`.
 *
 * @param isWhole whether these are all bytes of the file
 */
export function parseArchive(head: Uint8Array, isWhole: boolean): Archive | null {
  const magic = Buffer.from(head.subarray(0, magicWord.length)).toString('latin1');
  if (magic !== magicWord) {
    const mayBecome = magicWord.startsWith(magic) && head.length < magicWord.length;
    if (mayBecome && !isWhole) return null;
    throw new NotAnArchive(whatElse(head));
  }
  const reader = new HeadReader(head, magicWord.length);
  try {
    return parseContents(reader);
  } catch (error) {
    if (!(error instanceof HeadEnded)) throw error;
    if (!isWhole) return null;
    const message = 'it ends in the middle of its table of contents';
    throw new ArchiveTruncated(head.length, message);
  }
}

function parseContents(reader: HeadReader): Archive {
  const { minor, entryCount, ...header } = parseHeader(reader);
  const entries: TocEntry[] = [];
  const ids = new Set<number>();
  for (let index = 0; index < entryCount; index++) {
    const startsAt = reader.at;
    const entry = parseEntry(reader, minor);
    if (ids.has(entry.id)) {
      throw new ArchiveCorrupt(startsAt, `two entries have the number ${entry.id}`);
    }
    ids.add(entry.id);
    entries.push(entry);
  }
  const dataStartsAt = reader.at;
  const astray = entries.find(
    ({ dataOffset }) => dataOffset !== null && dataOffset < dataStartsAt,
  );
  if (astray) {
    throw new ArchiveCorrupt(
      astray.dataOffset ?? 0,
      `the data of ${astray.tag} are said to begin within the table of contents`,
    );
  }
  return { header, entries, dataStartsAt };
}
