import type { ArchiveHeader, Codec } from './archive.ts';
import { ArchiveCorrupt, NotAnArchive, UnsupportedArchive } from './archive-errors.ts';
import type { HeadReader } from './head-reader.ts';

const oldest = 14;
/** Of the first major version; 1.14: 0, 1.15: with the algorithm of compression, … */
const newest = 16;
const formats: Record<number, string> = { 3: 'tar', 4: 'null', 5: 'directory' };
const customFormat = 1;
/** `pg_compress_algorithm` of compression.h. */
const codecs: readonly Codec[] = ['none', 'gzip', 'lz4', 'zstd'];

/** What stands before the table of contents. */
export interface ParsedHeader extends ArchiveHeader {
  readonly minor: number;
  readonly entryCount: number;
}

/**
 * Parses the header, as `ReadHead` of pg_backup_archiver.c does. The magic word has been
 * read. Throws `NotAnArchive`, `UnsupportedArchive` and `ArchiveCorrupt`.
 */
export function parseHeader(reader: HeadReader): ParsedHeader {
  const minor = parseVersion(reader);
  const sizesAt = reader.at;
  reader.intBytes = reader.byte();
  reader.offsetBytes = reader.byte();
  // What stands around the data has numbers of that size, too.
  if (reader.intBytes !== 4 || ![4, 8].includes(reader.offsetBytes)) {
    throw new ArchiveCorrupt(
      sizesAt,
      'its numbers have a size that pg_dump never writes',
    );
  }
  const format = reader.byte();
  if (format !== customFormat) {
    const name = formats[format] ?? `of number ${format}`;
    throw new NotAnArchive(
      `it is an archive in format ${name}; only the custom format (pg_dump -Fc) is tested`,
    );
  }
  const codec = parseCodec(reader, minor);
  const createdAtLocal = parseTime(reader);
  const database = reader.text() ?? '';
  const serverVersion = reader.text() ?? '';
  const dumpVersion = reader.text() ?? '';
  const countAt = reader.at;
  const entryCount = reader.int();
  if (entryCount < 0) {
    throw new ArchiveCorrupt(countAt, `its table of contents has ${entryCount} entries`);
  }
  return {
    version: `1.${minor}`,
    minor,
    codec,
    createdAtLocal,
    database,
    serverVersion,
    dumpVersion,
    entryCount,
  };
}

function parseVersion(reader: HeadReader): number {
  const [major, minor] = [reader.byte(), reader.byte()];
  // The revision changes nothing of the format.
  reader.byte();
  const version = `${major}.${minor}`;
  if (major === 1 && minor >= oldest && minor <= newest) return minor;
  const isNewer = major > 1 || (major === 1 && minor > newest);
  throw new UnsupportedArchive(
    version,
    isNewer
      ? `it is an archive of version ${version}; the newest that is known here is 1.${newest} (pg_dump 18). Use a newer version of this action`
      : `it is an archive of version ${version}, from before PostgreSQL 12. Dump with a newer pg_dump`,
  );
}

function parseCodec(reader: HeadReader, minor: number): Codec {
  // Before 1.15 it was the level of gzip, where 0 meant none and -1 the default.
  if (minor < 15) return reader.int() === 0 ? 'none' : 'gzip';
  const at = reader.at;
  const codec = codecs[reader.byte()];
  if (codec) return codec;
  throw new ArchiveCorrupt(at, 'its compression is none that pg_dump knows');
}

/** `struct tm` of C: the month counts from 0, the year from 1900. */
function parseTime(reader: HeadReader): Date {
  const at = reader.at;
  const [second, minute, hour, day, month, year] = [
    reader.int(),
    reader.int(),
    reader.int(),
    reader.int(),
    reader.int(),
    reader.int(),
  ];
  // Whether it was summer time there; the clock on the wall says it already.
  reader.int();
  const isTime =
    second <= 60 && minute < 60 && hour < 24 && day >= 1 && day <= 31 && month < 12;
  if (!isTime || Math.min(second, minute, hour, month, year) < 0 || year > 8000) {
    throw new ArchiveCorrupt(at, 'the time of its making is none');
  }
  return new Date(Date.UTC(1900 + year, month, day, hour, minute, second));
}
