import type pg from 'pg';
import type { Archive, TocEntry } from '../../../pg-dump/archive.ts';
import type { BlockDigest } from '../../../pg-dump/decode-archive.ts';
import { compareTable, type TableProof } from './compare-table.ts';
import { type Comparison, makeComparisons } from './comparison.ts';
import { isLoadedThroughRoot } from './copy-statement.ts';
import { type Connect, openSession, type ProofSession } from './dump-session.ts';
import { type DumpSettings, dumpSettings } from './dump-settings.ts';
import { restoredTables } from './restored-tables.ts';
import { candidateZones, type OffsetSample } from './time-zone.ts';

export interface RowsOptions {
  readonly archive: Archive;
  readonly digests: readonly BlockDigest[];
  readonly connect: Connect;
  /** How many tables are read side by side. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  /** Decodes blocks again, for the points in time in their text. */
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
    const pilot = pilotOf(comparisons);
    if (pilot) {
      await this.#compare([pilot]);
      await this.#tryOtherSettings([pilot]);
    }
    await this.#compare(comparisons.filter((comparison) => comparison !== pilot));
    await this.#tryOtherSettings(this.#differing(comparisons));
    await this.#tryAnyOrder(this.#differing(comparisons));
    return comparisons.flatMap((comparison) => this.#proofs.get(comparison) ?? []);
  }

  #compare(comparisons: readonly Comparison[]): Promise<void> {
    return this.#onEach(comparisons, async (client, comparison) => {
      const proof = await compareTable(client, comparison, this.#settings);
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
    const fitting = samples && first ? await candidateZones(first.client, samples) : null;
    await this.#onEach(suspects, async (client, comparison) => {
      const types = comparison.restored?.types;
      const isTimed = types?.has('timestamptz') ?? false;
      const zones = isTimed ? (fitting?.zones ?? []) : [];
      const others = otherSettings(usual, zones, types?.has('bytea') ?? false);
      for (const settings of others) {
        const proof = await compareTable(client, comparison, settings);
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
    await this.#onEach(ordered, async (client, comparison) => {
      const [{ entry }] = comparison.digests as [BlockDigest];
      const digest = digests.find((one) => one.entry.id === entry.id);
      if (!digest) return;
      const again = { ...comparison, digests: [digest] };
      this.#proofs.set(comparison, await compareTable(client, again, this.#settings));
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

/** As large as a table may be that is read first, to find out the settings of the dump. */
const pilotBytes = 32 * 1024 * 1024;

/** The table from which the time zone is found out, so that not each must be read twice. */
function pilotOf(comparisons: readonly Comparison[]): Comparison | undefined {
  const fit = comparisons.filter(
    ({ how, rows, restored }) =>
      how === 'text' && rows > 0 && restored?.types.has('timestamptz'),
  );
  return fit.find(({ bytes }) => bytes <= pilotBytes) ?? fit.at(-1);
}

function otherSettings(
  usual: DumpSettings,
  zones: readonly string[],
  hasBytea: boolean,
): DumpSettings[] {
  const forms = [usual.byteaOutput, ...(hasBytea ? ['hex', 'escape'] : [])];
  const all = [usual.timeZone, ...zones].flatMap((timeZone) =>
    [...new Set(forms)].map((byteaOutput) => ({ ...usual, timeZone, byteaOutput })),
  );
  return all.filter(
    ({ timeZone, byteaOutput }) =>
      timeZone !== usual.timeZone || byteaOutput !== usual.byteaOutput,
  );
}

function differences(usual: DumpSettings, settings: DumpSettings): string {
  const { timeZone, byteaOutput } = settings;
  return [
    ...(timeZone === usual.timeZone ? [] : [`a TimeZone such as ${timeZone}`]),
    ...(byteaOutput === usual.byteaOutput ? [] : [`bytea_output ${byteaOutput}`]),
  ].join(' and ');
}

/** Why another text may stand for the same values; null where nothing speaks for it. */
function excuseOf(
  { restored }: Comparison,
  archive: Archive,
  isZoneKnown: boolean,
): string | null {
  if (restored?.types.has('timestamptz') && !isZoneKnown) {
    return 'the time zone in which it was dumped cannot be told';
  }
  if (restored?.types.has('money')) {
    return 'it has amounts of money, which are printed as lc_monetary of the dumped server says';
  }
  if (
    restored?.types.has('float') &&
    Number.parseInt(archive.header.serverVersion, 10) < 12
  ) {
    return 'servers before PostgreSQL 12 print floating-point numbers in another way';
  }
  return null;
}

function entriesOf(comparisons: readonly Comparison[]): TocEntry[] {
  return comparisons.flatMap(({ digests }) => digests.map(({ entry }) => entry));
}
