import { NotAnArchive } from '../../../pg-dump/parse-archive.ts';
import { type Backup, type BackupSource, NoBackups } from '../source/source.ts';
import { keepOneDatabase } from './parallel-databases.ts';
import { type ProbeOptions, probeAll } from './probe.ts';
import type { Probed } from './probed.ts';
import { type Group, groupByShape } from './shape.ts';

/** The backups that are tested together. */
export interface Series {
  readonly probed: readonly Probed[];
  /** Keys of other shapes, or of another database. */
  readonly ignored: readonly string[];
  /** All that lies at the place, with what is beside the backups. */
  readonly listed: readonly Backup[];
}

export interface SeriesChoice extends ProbeOptions {
  readonly expectDatabase: string | null;
}

/** Of so many groups, the largest, a few backups are looked at to choose the series. */
const mostGroups = 16;
/** A group with fewer backups is no new way to name the backups of a series. */
const fewestRenamed = 2;

/**
 * Lists what there is and probes the series: of all groups of keys the one with the most
 * archives, of `expectDatabase` where it is given. Throws `NoBackups`, and what the source
 * throws.
 */
export async function findSeries(
  source: BackupSource,
  choice: SeriesChoice,
  signal: AbortSignal,
): Promise<Series> {
  const listed = await source.list(signal);
  const groups = groupByShape(listed);
  const [largest] = groups;
  if (largest === undefined) {
    throw new NoBackups(
      `In ${source.place} there are only files that lie beside backups, such as ${listed[0]?.key}. Give the place of the backups themselves.`,
    );
  }
  const samples =
    groups.length === 1 || choice.encrypted
      ? []
      : await takeSamples(source, groups.slice(0, mostGroups), choice, signal);
  const chosen = mostArchives(samples, choice.expectDatabase) ?? largest;
  const renamed = samples.find((one) => goesOnFrom(one, chosen, samples));
  const backups = [...chosen.backups, ...(renamed?.group.backups ?? [])];
  const known = new Map(
    samples.flatMap(({ probed }) => probed).map((one) => [one.backup, one]),
  );
  const unknown = backups.filter((backup) => !known.has(backup));
  for (const one of await probeAll(source, unknown, choice, signal)) {
    known.set(one.backup, one);
  }
  const probed = backups.flatMap((backup) => known.get(backup) ?? []);
  const { kept, others } = keepOneDatabase(probed, choice.expectDatabase);
  const ignored = groups
    .filter((group) => group !== chosen && group !== renamed?.group)
    .flatMap((group) => group.backups);
  return {
    probed: kept,
    ignored: [...ignored, ...others.map(({ backup }) => backup)].map(({ key }) => key),
    listed,
  };
}

interface Sample {
  readonly group: Group;
  readonly probed: readonly Probed[];
}

/** The oldest, the newest and one between: any of them may be broken. */
async function takeSamples(
  source: BackupSource,
  groups: readonly Group[],
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<Sample[]> {
  const taken = groups.map((group) => {
    const last = group.backups.length - 1;
    const indexes = new Set([0, Math.floor(last / 2), last]);
    return { group, backups: group.backups.filter((_, index) => indexes.has(index)) };
  });
  const backups = taken.flatMap((one) => one.backups);
  const probed = await probeAll(source, backups, options, signal);
  return taken.map(({ group, backups }) => ({
    group,
    probed: probed.filter(({ backup }) => backups.includes(backup)),
  }));
}

/** The group with the most archives, as far as its samples tell. */
function mostArchives(
  samples: readonly Sample[],
  expectDatabase: string | null,
): Group | null {
  const isArchive = ({ problem }: Probed) => !(problem instanceof NotAnArchive);
  const isExpected = ({ archive }: Probed) => archive?.header.database === expectDatabase;
  const counts = (counted: (one: Probed) => boolean) =>
    samples
      .map(({ group, probed }) => {
        const share = probed.filter(counted).length / probed.length;
        return { group, archives: share * group.backups.length };
      })
      .filter(({ archives }) => archives > 0)
      .toSorted(
        (a, b) => b.archives - a.archives || b.group.totalBytes - a.group.totalBytes,
      );
  const expected = expectDatabase === null ? [] : counts(isExpected);
  return (expected[0] ?? counts(isArchive)[0])?.group ?? null;
}

/** Whether the backups of the chosen group go on under other names: of the same database. */
function goesOnFrom(
  { group, probed }: Sample,
  chosen: Group,
  samples: readonly Sample[],
): boolean {
  const [first] = group.backups;
  const last = chosen.backups.at(-1);
  if (group === chosen || !first || !last) return false;
  if (group.backups.length < fewestRenamed || first.modifiedAt < last.modifiedAt) {
    return false;
  }
  const databases = samples.find((one) => one.group === chosen)?.probed.map(databaseOf);
  return probed.every((one) => one.archive && databases?.includes(databaseOf(one)));
}

function databaseOf({ archive }: Probed): string | null {
  return archive?.header.database ?? null;
}
