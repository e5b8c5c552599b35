import type { Backup } from '../source/source.ts';

/** What lies beside a backup and tells of it. */
const sidecar =
  /(\.(sha\d*(sum)?|md5(sum)?|crc\w*|sig|minisig|json|ya?ml|txt|log|err|list|toc)|(^|[/._-])(manifest|readme(\.md)?|latest|checksums?)|(^|\/)\.[^/]*)$/i;

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const hash = /(?<![0-9a-z])(?=[a-f]*\d)[0-9a-f]{7,}(?![0-9a-z])/gi;
const weekday =
  /(?<![a-z])(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?(?![a-z])/gi;
const monthName =
  /(?<![a-z])(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)(?![a-z])/gi;

/** A key without what differs from one backup of a series to the next. */
export function shapeOf(key: string): string {
  return key
    .replace(uuid, '#')
    .replace(hash, '#')
    .replace(weekday, '#')
    .replace(monthName, '#')
    .replace(/\d+/g, '#');
}

/** Backups whose keys have the same shape. */
export interface Group {
  readonly shape: string;
  /** Oldest first, by the time of the object. */
  readonly backups: readonly Backup[];
  readonly totalBytes: number;
}

/** Leaves out what lies beside backups, and groups the rest by shape, largest group first. */
export function groupByShape(listed: readonly Backup[]): Group[] {
  const keys = new Set(listed.map(({ key }) => key));
  const backups = listed.filter(({ key }) => !isSidecar(key, keys));
  const groups = Map.groupBy(backups, ({ key }) => shapeOf(key));
  return [...groups]
    .map(([shape, members]) => ({
      shape,
      backups: members.toSorted(
        (a, b) =>
          a.modifiedAt.getTime() - b.modifiedAt.getTime() || (a.key < b.key ? -1 : 1),
      ),
      totalBytes: members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    }))
    .toSorted(
      (a, b) => b.backups.length - a.backups.length || b.totalBytes - a.totalBytes,
    );
}

/** A signature has the name of what it signs; an encrypted backup may end in .asc as well. */
function isSidecar(key: string, keys: ReadonlySet<string>): boolean {
  if (key.endsWith('.asc')) return keys.has(key.slice(0, -'.asc'.length));
  return sidecar.test(key);
}
