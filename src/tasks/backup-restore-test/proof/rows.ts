import type pg from 'pg';
import type { Archive, TocEntry } from '../../../pg-dump/archive.ts';
import type { BlockDigest } from '../../../pg-dump/decode-archive.ts';
import { compareTable, type TableProof } from './compare-table.ts';
import { type Comparison, makeComparisons } from './comparison.ts';
import { isLoadedThroughRoot } from './copy-statement.ts';
import {
  asFarAsKnown,
  type Connect,
  openSession,
  type ProofSession,
  printAsDumped,
} from './dump-session.ts';
import { type DumpSettings, dumpSettings } from './dump-settings.ts';
import { differences, excuseOf, otherSettings } from './other-settings.ts';
import { restoredTables } from './restored-tables.ts';
import { candidateZones, type OffsetSample } from './time-zone.ts';

export interface RowsOptions {
  readonly archive: Archive;
  readonly digests: readonly BlockDigest[];
  readonly connect: Connect;
  /** How many tables are read side by side. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  /** Some of the points in time that were seen as the archive was decoded. */
  readonly offsets?: readonly OffsetSample[];
  /** Decodes blocks again, for all points in time in their text. */
  sampleOffsets?(entries: readonly TocEntry[]): Promise<readonly OffsetSample[]>;
  /** Decodes blocks again, with the hash of their rows in any order. */
  rehash?(entries: readonly TocEntry[]): Promise<readonly BlockDigest[]>;
}

/** Whether the rows of an entry cannot be compared but in any order. */
export const wantsRowHash = isLoadedThroughRoot;

/** Compares every restored table with the archive, the largest first. */
export async function compareRows(options: RowsOptions): Promise<TableProof[]> {
  const { archive, digests, connect, signal } = options;
  await using sessions = new AsyncDisposableStack();
  const first = sessions.use(await openSession(connect, signal));
  const comparisons = makeComparisons(digests, await restoredTables(first.client));
  const all = [first];
  while (all.length < Math.min(options.parallel, comparisons.length)) {
    all.push(sessions.use(await openSession(connect, signal)));
  }
  // Awaited here, for the sessions end with this block.
  return await new RowComparison(options, all, dumpSettings(archive)).run(comparisons);
}

class RowComparison {
  readonly #options: RowsOptions;
  readonly #sessions: readonly ProofSession[];
  readonly #proofs = new Map<Comparison, TableProof>();
  #settings: DumpSettings;

  constructor(
    options: RowsOptions,
    sessions: readonly ProofSession[],
    settings: DumpSettings,
  ) {
    this.#options = options;
    this.#sessions = sessions;
    this.#settings = settings;
  }

  async run(comparisons: readonly Comparison[]): Promise<TableProof[]> {
    await this.#setTimeZone();
    await this.#compare(comparisons);
    await this.#tryOtherSettings(this.#differing(comparisons));
    await this.#tryAnyOrder(this.#differing(comparisons));
    return comparisons.flatMap((comparison) => this.#proofs.get(comparison) ?? []);
  }

  /**
   * Takes the time zone that was seen as the archive was decoded, so that each table fits
   * at once.
   */
  async #setTimeZone(): Promise<void> {
    const [first] = this.#sessions;
    const { offsets = [] } = this.#options;
    if (!first) return;
    const { client } = first;
    const usual = await asFarAsKnown(client, this.#settings);
    const { zones } = await candidateZones(client, offsets, usual.timeZone);
    this.#settings = { ...usual, timeZone: zones[0] ?? usual.timeZone };
  }

  async #compare(comparisons: readonly Comparison[]): Promise<void> {
    for (const { client } of this.#sessions) await printAsDumped(client, this.#settings);
    await this.#onEach(comparisons, async (client, comparison) => {
      const proof = await compareTable(client, comparison, this.#settings.encoding);
      this.#proofs.set(comparison, proof);
    });
  }

  /** Those with as many rows as in the archive, and another content. */
  #differing(comparisons: readonly Comparison[]): Comparison[] {
    return comparisons.filter((comparison) => {
      const proof = this.#proofs.get(comparison);
      return proof?.status === 'differs' && proof.restoredRows === proof.archiveRows;
    });
  }

  async #tryOtherSettings(comparisons: readonly Comparison[]): Promise<void> {
    const suspects = this.#differing(comparisons);
    const usual = this.#settings;
    const timed = suspects.filter(({ restored }) => restored?.types.has('timestamptz'));
    const samples = timed.length > 0 ? await this.#sample(timed) : null;
    const [first] = this.#sessions;
    const fitting =
      samples && first
        ? await candidateZones(first.client, samples, usual.timeZone)
        : null;
    await this.#onEach(suspects, async (client, comparison) => {
      const types = comparison.restored?.types;
      const isTimed = types?.has('timestamptz') ?? false;
      const zones = isTimed ? (fitting?.zones ?? []) : [];
      const others = otherSettings(usual, zones, types?.has('bytea') ?? false);
      for (const settings of others) {
        await printAsDumped(client, settings);
        const proof = await compareTable(client, comparison, settings.encoding);
        if (proof.status !== 'proven') continue;
        const note = `printed with ${differences(usual, settings)}`;
        this.#proofs.set(comparison, { ...proof, note });
        // One session has dumped all tables: the others are most likely to fit, too.
        this.#settings = settings;
        return;
      }
    });
    const isZoneKnown = fitting !== null && (fitting.fitsAll || this.#hasProvenTimes());
    for (const comparison of this.#differing(suspects)) {
      this.#excuse(comparison, excuseOf(comparison, this.#options.archive, isZoneKnown));
    }
  }

  /** Whether the time zone was right for a table that depends on it. */
  #hasProvenTimes(): boolean {
    return [...this.#proofs].some(
      ([{ restored, rows }, { status }]) =>
        rows > 0 && restored?.types.has('timestamptz') && status === 'proven',
    );
  }

  async #sample(
    comparisons: readonly Comparison[],
  ): Promise<readonly OffsetSample[] | null> {
    return (await this.#options.sampleOffsets?.(entriesOf(comparisons))) ?? null;
  }

  #excuse(comparison: Comparison, note: string | null): void {
    const proof = this.#proofs.get(comparison);
    if (note === null || !proof) return;
    this.#proofs.set(comparison, { ...proof, status: 'not-comparable', note });
  }

  async #tryAnyOrder(comparisons: readonly Comparison[]): Promise<void> {
    const { rehash } = this.#options;
    const ordered = comparisons.filter(({ how }) => how === 'text');
    if (!rehash || ordered.length === 0) return;
    const digests = await rehash(entriesOf(ordered));
    for (const { client } of this.#sessions) await printAsDumped(client, this.#settings);
    await this.#onEach(ordered, async (client, comparison) => {
      const [{ entry }] = comparison.digests as [BlockDigest];
      const digest = digests.find((one) => one.entry.id === entry.id);
      if (!digest) return;
      const again = { ...comparison, digests: [digest] };
      this.#proofs.set(
        comparison,
        await compareTable(client, again, this.#settings.encoding),
      );
    });
  }

  async #onEach(
    comparisons: readonly Comparison[],
    work: (client: pg.Client, comparison: Comparison) => Promise<void>,
  ): Promise<void> {
    const queue = [...comparisons];
    const next = async ({ client }: ProofSession) => {
      for (let one = queue.shift(); one; one = queue.shift()) await work(client, one);
    };
    await Promise.all(this.#sessions.map(next));
  }
}

function entriesOf(comparisons: readonly Comparison[]): TocEntry[] {
  return comparisons.flatMap(({ digests }) => digests.map(({ entry }) => entry));
}
