import type { Probed } from './probed.ts';

/** A database must share so many days with the series to be another series beside it. */
const sharedDays = 0.5;
const fewestBackups = 2;

/**
 * Names that differ in digits alone have one shape, and may still be series of several
 * databases side by side: shard1_20261101.dump, shard2_20261101.dump. Keeps one of them: that
 * of `expectDatabase`, else the one with the most archives. A database that takes the place
 * of another on some days is no series of its own, and stays.
 */
export function keepOneDatabase(
  probed: readonly Probed[],
  expectDatabase: string | null,
): { kept: Probed[]; others: Probed[] } {
  const byDatabase = Map.groupBy(
    probed.filter(({ archive }) => archive !== null),
    ({ archive }) => archive?.header.database ?? '',
  );
  const main =
    byDatabase.get(expectDatabase ?? '') ??
    [...byDatabase.values()].toSorted(
      (a, b) => b.length - a.length || totalBytes(b) - totalBytes(a),
    )[0] ??
    [];
  const mainDays = new Set(main.map(dayOf));
  const others = [...byDatabase.values()]
    .filter((one) => {
      if (one === main || one.length < fewestBackups) return false;
      const shared = one.filter((each) => mainDays.has(dayOf(each)));
      return shared.length >= one.length * sharedDays;
    })
    .flat();
  const left = new Set(others);
  return { kept: probed.filter((one) => !left.has(one)), others };
}

function dayOf({ archive }: Probed): string {
  return archive?.header.createdAtLocal.toISOString().slice(0, 10) ?? '';
}

function totalBytes(probed: readonly Probed[]): number {
  return probed.reduce((sum, { backup }) => sum + backup.sizeBytes, 0);
}
