import { type Finding, finding } from '../../../core/finding.ts';
import { nameSome } from '../../../core/name-some.ts';
import { formatBytes, formatCount, formatShare } from '../../../core/units.ts';
import { medianOf } from './median.ts';
import type { Probed } from './probed.ts';
import { withThoseBefore } from './sizes.ts';
import { dataNameOf } from './table-bytes.ts';

/** In a table that is smaller, a few rows are a large share. */
const smallestBytes = 64 * 1024;
/** One that always had as much, and is empty now, has lost its rows all the same. */
const smallestEmptiedBytes = 4 * 1024;
/** What the block of an empty table takes at most, whatever the compression. */
const emptyBytes = 64;
/** Chunks of TimescaleDB shrink when they are compressed. */
const chunks = /^_timescaledb_internal\./;

/** Tables whose data have shrunk to less than half, or are left out, since the backups before. */
export function judgeTables(backups: readonly Probed[], place: string): Finding[] {
  const losses = new Map<string, { key: string; message: string }>();
  for (const { one, before } of withThoseBefore(backups)) {
    for (const [table, what] of [...shrunk(one, before), ...leftOut(one, before)]) {
      if (chunks.test(table)) continue;
      const { key } = one.backup;
      losses.set(table, { key, message: `In ${key}, ${what}` });
    }
  }
  const [first] = losses;
  if (first === undefined) return [];
  const [table, { message }] = first;
  if (losses.size === 1) return [finding('table-shrunk', table, message)];
  const all = `${formatCount(losses.size)} tables have lost data: ${nameSome([...losses.keys()])}. ${message}`;
  return [finding('table-shrunk', place, all)];
}

/** A table that was as small before comes and goes, as a queue does. */
function shrunk(one: Probed, before: readonly Probed[]): [string, string][] {
  return [...(one.tableBytes ?? [])].flatMap(([table, bytes]): [string, string][] => {
    const earlier = before.flatMap(({ tableBytes }) => tableBytes?.get(table) ?? []);
    const medianBytes = medianOf(earlier) ?? 0;
    const leastBytes = Math.min(...earlier);
    const isEmptied = bytes <= emptyBytes && leastBytes >= smallestEmptiedBytes;
    if (earlier.length < 3 || (medianBytes < smallestBytes && !isEmptied)) return [];
    if (bytes >= medianBytes / 2 || bytes >= 0.9 * leastBytes) return [];
    const share = formatShare(bytes / medianBytes);
    return [
      [
        table,
        `the data of ${table} take ${formatBytes(bytes)}, ${share} of the ${formatBytes(medianBytes)} that they took before.`,
      ],
    ];
  });
}

/** A table that was dropped is no loss; one that is there without its data is. */
function leftOut(one: Probed, before: readonly Probed[]): [string, string][] {
  const now = namesWithData(one);
  const last = before.at(-1);
  if (last === undefined) return [];
  const had = before.map(namesWithData);
  const tables = (one.archive?.entries ?? []).filter(({ kind }) => kind === 'TABLE');
  return tables.flatMap(({ namespace, tag }): [string, string][] => {
    const table = namespace === null ? tag : `${namespace}.${tag}`;
    if (now.has(table) || !had.at(-1)?.has(table)) return [];
    if (had.filter((names) => names.has(table)).length * 2 <= had.length) return [];
    return [[table, `${table} is there without its data, which it had before.`]];
  });
}

function namesWithData({ archive }: Probed): Set<string> {
  const names = (archive?.entries ?? [])
    .filter(({ hasData }) => hasData)
    .flatMap((entry) => dataNameOf(entry) ?? []);
  return new Set(names);
}
