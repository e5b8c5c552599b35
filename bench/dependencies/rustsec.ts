import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import satisfies from 'semver/functions/satisfies.js';
import yauzl from 'yauzl';
import type { Hit } from './hit.ts';

/** A record of RustSec in the form of OSV, as far as it is judged here. */
export interface RustsecRecord {
  readonly id: string;
  readonly withdrawn?: string;
  readonly aliases?: readonly string[];
  readonly affected: readonly {
    readonly package: { readonly name: string };
    readonly ranges?: readonly {
      readonly events: readonly Readonly<Record<string, string>>[];
    }[];
  }[];
}

/** Reads all records of a zip, by their ids. */
export async function readRecords(
  zip: string,
): Promise<ReadonlyMap<string, RustsecRecord>> {
  const records = new Map<string, RustsecRecord>();
  const file = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(zip, {
    lazyEntries: true,
  });
  const openEntry = promisify<yauzl.Entry, NodeJS.ReadableStream>(
    file.openReadStream.bind(file),
  );
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const read = async (entry: yauzl.Entry) => {
    const record = JSON.parse(String(await buffer(await openEntry(entry))));
    records.set(record.id, record);
    file.readEntry();
  };
  file.on('entry', (entry: yauzl.Entry) => read(entry).catch(reject));
  file.on('end', resolve);
  file.on('error', reject);
  file.readEntry();
  await promise;
  return records;
}

/**
 * Judges a hit by the record itself, in another way than the audit does: the events, pair by
 * pair as they are written, become ranges of SemVer. True, false, or null where no such
 * record is there.
 */
export function holds(
  { name, version, ids }: Hit,
  records: ReadonlyMap<string, RustsecRecord>,
): boolean | null {
  const own = ids.flatMap((id) => records.get(id) ?? []);
  const about = own.flatMap((record) =>
    record.withdrawn ? [] : record.affected.filter((one) => one.package.name === name),
  );
  if (own.length === 0) return null;
  const ranges = about.flatMap((one) => (one.ranges ?? []).map(({ events }) => events));
  return ranges.some((events) => rangesOf(events).some((range) => isIn(version, range)));
}

function isIn(version: string, range: string): boolean {
  // What follows a `+` has no rank, and semver's own ranges have no place for it.
  const [bare = ''] = version.split('+');
  return satisfies(bare, range, { includePrerelease: true });
}

/** `>=0.22.0 <0.22.4` of each pair of events; one that nothing fixes stays open. */
export function rangesOf(events: readonly Readonly<Record<string, string>>[]): string[] {
  const ranges: string[] = [];
  let open: string | null = null;
  for (const { introduced, fixed } of events) {
    if (introduced !== undefined) {
      open = introduced === '0' ? '>=0.0.0-0' : `>=${introduced}`;
      ranges.push(open);
    } else if (fixed !== undefined && open !== null) {
      ranges[ranges.length - 1] = `${open} <${fixed}`;
      open = null;
    }
  }
  return ranges;
}

/** Whether a version is the first after a hole, by any record about the package. */
export function isFirstFix(
  name: string,
  version: string,
  records: ReadonlyMap<string, RustsecRecord>,
): boolean {
  const about = [...records.values()].flatMap(({ affected, withdrawn }) =>
    withdrawn ? [] : affected.filter((one) => one.package.name === name),
  );
  return about.some(({ ranges = [] }) =>
    ranges.some(({ events }) => events.some(({ fixed }) => fixed === version)),
  );
}
