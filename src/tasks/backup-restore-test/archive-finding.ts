import { type Finding, finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import {
  ArchiveCorrupt,
  ArchiveTrailingData,
  ArchiveTruncated,
  NotAnArchive,
  UnsupportedArchive,
} from '../../pg-dump/archive-errors.ts';

const codes = [
  [ArchiveTruncated, 'archive-truncated'],
  [ArchiveTrailingData, 'archive-trailing-data'],
  [ArchiveCorrupt, 'archive-corrupt'],
  [UnsupportedArchive, 'version-unsupported'],
  [NotAnArchive, 'not-an-archive'],
] as const;

/** What a fault of an archive is as a finding; null for what is no fault of the archive. */
export function archiveFinding(fault: unknown, key: string): Finding | null {
  const [, code] = codes.find(([kind]) => fault instanceof kind) ?? [];
  return code ? finding(code, key, `${key}: ${messageOf(fault)}`) : null;
}
