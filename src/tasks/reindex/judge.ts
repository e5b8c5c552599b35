import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import { formatBytes, formatCount } from '../../core/units.ts';
import type { Database } from '../../postgres/database.ts';
import type { Session } from '../../postgres/session.ts';
import { type Baselines, bloatSinceBaseline, needsBaseline } from './baselines.ts';
import { estimateBloat } from './estimate.ts';
import { confirms, type Evidence, isDecisive } from './evidence.ts';
import { describeJudgement } from './evidence-words.ts';
import type { Index } from './indexes.ts';
import type { ReindexInputs } from './inputs.ts';
import { readColumns } from './key-columns.ts';
import { describeFunctions, type PageFunctions } from './page-functions.ts';
import {
  isSmall,
  type PagesRead,
  readAllPages,
  sampleBytes,
  samplePages,
} from './pages.ts';

export type JudgeOptions = Pick<
  ReindexInputs,
  'evidence' | 'evidence-budget' | 'min-bloat'
>;

/** An index, and what is known of its bloat; `null` where nothing is. */
export interface Judgement {
  readonly index: Index;
  readonly evidence: Evidence | null;
  /** Share of the room on leaf pages that a build takes. */
  readonly builtDensity: number;
  /** Why the pages were not looked at, though they should have been. */
  readonly obstacle?: 'budget' | 'not-readable' | 'failed';
}

/**
 * Finds out how bloated indexes are: each by the cheapest evidence that decides, those first
 * in which most may be to win back, and within the budget of bytes to read.
 */
export async function judgeIndexes(
  indexes: readonly Index[],
  functions: PageFunctions,
  baselines: Baselines,
  options: JudgeOptions,
  database: Database,
  run: Run,
): Promise<{ judgements: Judgement[]; readBytes: number }> {
  if (indexes.length === 0) return { judgements: [], readBytes: 0 };
  const { blockSizeBytes } = database.server;
  const btrees = indexes.filter(({ method }) => method === 'btree');
  const columns = await readColumns(
    database,
    btrees.map(({ oid }) => oid),
  );
  const estimates = new Map(
    btrees.map((index) => [
      index,
      estimateBloat(index, columns.get(index.oid) ?? [], blockSizeBytes),
    ]),
  );
  const mostFirst = indexes.toSorted((a, b) => promise(b) - promise(a));
  const reader = new PageReader(functions, options, database, run);
  const judgements = new Map<Index, Judgement>();
  for (const index of mostFirst) {
    const estimate = estimates.get(index) ?? null;
    const builtDensity = estimate?.builtDensity ?? index.fillfactor;
    const known = needsBaseline(index)
      ? { evidence: bloatSinceBaseline(index, baselines) }
      : await reader.judge(index, builtDensity, estimate?.evidence ?? null);
    const judgement = { index, builtDensity, ...known };
    judgements.set(index, judgement);
  }
  const inOrder = indexes.map((index) => judgements.get(index) as Judgement);
  run.log.group(
    `evidence: ${formatCount(indexes.length)} indexes, ${formatBytes(reader.readBytes)} read`,
    [describeFunctions(functions), ...inOrder.map(describeJudgement)],
  );
  return { judgements: inOrder, readBytes: reader.readBytes };

  /** Bytes that a rebuild may win back at most. */
  function promise(index: Index): number {
    const evidence = estimates.get(index)?.evidence;
    return (index.bytes ?? 0) * (evidence ? evidence.bloat + evidence.margin : 1);
  }
}

type Known = Pick<Judgement, 'evidence' | 'obstacle'>;

/** Looks at pages as far as functions and budget allow. */
class PageReader {
  readonly #functions: PageFunctions;
  readonly #options: JudgeOptions;
  readonly #database: Database;
  readonly #run: Run;
  #readBytes = 0;
  #hasFailed = false;

  constructor(
    functions: PageFunctions,
    options: JudgeOptions,
    database: Database,
    run: Run,
  ) {
    this.#functions = functions;
    this.#options = options;
    this.#database = database;
    this.#run = run;
  }

  get readBytes(): number {
    return this.#readBytes;
  }

  async judge(
    index: Index,
    builtDensity: number,
    estimated: Evidence | null,
  ): Promise<Known> {
    const { evidence: wanted, 'min-bloat': minBloat } = this.#options;
    const isReadable = index.method === 'btree' && index.bytes;
    if (wanted === 'estimate' || !isReadable) return { evidence: estimated };
    this.#hasFailed = false;
    const isOut =
      estimated && !confirms(estimated, minBloat) && isDecisive(estimated, minBloat);
    if (wanted === 'auto' && isOut) return { evidence: estimated };
    const prefersSample =
      wanted === 'sample' || (wanted === 'auto' && !isSmall(index, this.#blockSizeBytes));
    const sampled = prefersSample ? await this.#sample(index, builtDensity) : null;
    if (sampled && (wanted === 'sample' || isDecisive(sampled, minBloat))) {
      return { evidence: sampled };
    }
    const read =
      (await this.#readAll(index, builtDensity)) ??
      sampled ??
      (await this.#sample(index, builtDensity));
    if (read) return { evidence: read };
    const { bt_page_stats, pgstatindex } = this.#functions;
    if (this.#hasFailed) return { evidence: estimated, obstacle: 'failed' };
    const obstacle = bt_page_stats || pgstatindex ? 'budget' : 'not-readable';
    return { evidence: estimated, obstacle };
  }

  get #blockSizeBytes(): number {
    return this.#database.server.blockSizeBytes;
  }

  #sample(index: Index, builtDensity: number): Promise<Evidence | null> {
    const expected = { builtDensity, blockSizeBytes: this.#blockSizeBytes };
    const bytes = sampleBytes(index, this.#blockSizeBytes);
    return this.#read(this.#functions.bt_page_stats, bytes, (session, name) =>
      samplePages(index, expected, session, name),
    );
  }

  #readAll(index: Index, builtDensity: number): Promise<Evidence | null> {
    const expected = { builtDensity, blockSizeBytes: this.#blockSizeBytes };
    return this.#read(this.#functions.pgstatindex, index.bytes ?? 0, (session, name) =>
      readAllPages(index, expected, session, name),
    );
  }

  /** Reads with a function, if there is one and the budget allows; null where it failed. */
  async #read(
    name: string | null,
    bytes: number,
    read: (session: Session, name: string) => Promise<PagesRead>,
  ): Promise<Evidence | null> {
    if (name === null) return null;
    if (this.#readBytes + bytes > this.#options['evidence-budget']) return null;
    await using held = await this.#database.session();
    const { session } = held;
    const { signal } = this.#run;
    try {
      const { evidence, readBytes } = await this.#database.cancelOnAbort(
        session,
        signal,
        () => read(session, name),
      );
      this.#readBytes += readBytes;
      return evidence;
    } catch (error) {
      // Locked or dropped meanwhile, or not readable after all: the next best evidence counts.
      if (signal.aborted) throw error;
      this.#hasFailed = true;
      this.#run.log.info(`${name}: ${messageOf(error)}`);
      return null;
    }
  }
}
