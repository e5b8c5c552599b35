import type { Session } from '../../postgres/session.ts';
import { asBloat, type Evidence } from './evidence.ts';
import type { Index } from './indexes.ts';

/** What pages have shown, and how much had to be read. */
export interface PagesRead {
  readonly evidence: Evidence;
  readonly readBytes: number;
}

/** What the pages of a B-tree are held against. */
interface Expected {
  /** Share of the room on leaf pages that a build would take. */
  readonly builtDensity: number;
  readonly blockSizeBytes: number;
}

/** Pages that are read at a time, and until the margin is small enough, at most. */
const batchPages = 300;
const maxBatches = 5;
/** Two points are near enough to decide by. */
const goodMargin = 0.02;
/** However many pages agree: what a build makes of them is a model, too. */
const leastMargin = 0.01;
/** Posting lists that a delete has thinned out are merged by a build. */
const mergingMargin = 0.03;
/** So many standard errors hold 95 of 100 samples. */
const standardErrors = 1.96;

/** As many bytes a sample reads at most. */
export function sampleBytes({ bytes }: Index, blockSizeBytes: number): number {
  return Math.min(bytes ?? 0, batchPages * maxBatches * blockSizeBytes);
}

/** Whether an index has so few pages that it is as well read as a whole. */
export function isSmall({ bytes }: Index, blockSizeBytes: number): boolean {
  return (bytes ?? 0) <= 2 * batchPages * blockSizeBytes;
}

/**
 * The second stage: looks at some 300 pages of a B-tree, one at random out of each of as
 * many equal parts of the file, and at more where that leaves too much in doubt. A leaf page
 * counts by how full it is against one of a build, a deleted one as empty; inner pages
 * shrink with the leaves.
 *
 * @param bt_page_stats the function of pageinspect, with its schema
 */
export async function samplePages(
  index: Index,
  { builtDensity, blockSizeBytes }: Expected,
  session: Session,
  bt_page_stats: string,
): Promise<PagesRead> {
  const pages = Math.floor((index.bytes ?? 0) / blockSizeBytes);
  const batches: number[][] = [];
  let read = 0;
  do {
    const blocks = stratified(pages, batchPages);
    read += blocks.length;
    const rows = await session.query<{ type: string; density: number }>(
      `\
select s.type, 1 - s.free_size::float8 / (s.page_size - 40) as density
from unnest($2::int8[]) as block, lateral ${bt_page_stats}($1, block) as s`,
      [index.id, blocks],
    );
    batches.push(rows.flatMap((page) => fullness(page, builtDensity)));
  } while (
    marginOf(batches) > goodMargin &&
    batches.length < maxBatches &&
    2 * (read + batchPages) < pages
  );
  const innerPages = Math.round((1 - batches.flat().length / read) * (pages - 1));
  return {
    evidence: {
      kind: 'sample',
      bloat: bloatOfFile({
        pages,
        innerPages,
        neededPages: mean(batches.flat()) * (pages - 1 - innerPages),
      }),
      margin: marginOf(batches),
      detail: `${read} of ${pages} pages looked at`,
    },
    readBytes: read * blockSizeBytes,
  };
}

/**
 * The share of the file that a build would not need. It would need the first page all the
 * same, and inner pages in proportion to the leaves.
 */
function bloatOfFile(file: {
  readonly pages: number;
  readonly innerPages: number;
  /** Leaf pages that a build would need. */
  readonly neededPages: number;
}): number {
  const { pages, innerPages, neededPages } = file;
  const leaves = Math.max(1, Math.ceil(neededPages));
  const share = leaves / Math.max(1, pages - 1 - innerPages);
  const inner = leaves > 1 ? Math.max(1, Math.ceil(innerPages * share)) : 0;
  return asBloat(1 - (1 + leaves + inner) / Math.max(1, pages));
}

/** How full a page is against one of a build; of an inner page nothing is said. */
function fullness(
  page: { type: string; density: number },
  builtDensity: number,
): number[] {
  if (page.type === 'l') return [page.density / builtDensity];
  return page.type === 'i' || page.type === 'r' ? [] : [0];
}

/**
 * The third stage: reads the whole of a B-tree. In plain density the empty pages that a
 * large delete leaves would be missing; so the pages that a build would need for what is on
 * the leaves are held against all that there are but the first one and the inner ones,
 * which shrink with the leaves.
 *
 * @param pgstatindex the function of pgstattuple, with its schema
 */
export async function readAllPages(
  index: Index,
  { builtDensity, blockSizeBytes }: Expected,
  session: Session,
  pgstatindex: string,
): Promise<PagesRead> {
  const [row] = await session.query<{
    bytes: number;
    innerPages: number;
    leafPages: number;
    density: number;
  }>(
    `\
select index_size as bytes, internal_pages as "innerPages", leaf_pages as "leafPages",
  case when leaf_pages > 0 then avg_leaf_density / 100 else 0 end as density
from ${pgstatindex}($1::oid::regclass)`,
    [index.oid],
  );
  const { bytes = 0, innerPages = 0, leafPages = 0, density = 0 } = row ?? {};
  const pages = bytes / blockSizeBytes;
  const neededPages = (leafPages * density) / builtDensity;
  return {
    evidence: {
      kind: 'exact',
      bloat: bloatOfFile({ pages, innerPages, neededPages }),
      margin: index.mayDeduplicate && !index.isUnique ? mergingMargin : leastMargin,
      detail: 'all pages read',
    },
    readBytes: bytes,
  };
}

/** One page out of each of so many parts of a file, but never the first one of all. */
function stratified(pages: number, count: number): number[] {
  const parts = Math.min(count, pages - 1);
  const width = (pages - 1) / parts;
  return Array.from({ length: Math.max(0, parts) }, (_, part) =>
    Math.min(pages - 1, 1 + Math.floor((part + Math.random()) * width)),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/**
 * The margin of error of the mean of stratified samples, each in the order of the file. As
 * neighbours are from neighbouring parts, what lies between them is what chance does; a
 * trend through the file is none of it (Wolter, Introduction to Variance Estimation, v2).
 */
function marginOf(batches: readonly number[][]): number {
  const count = batches.flat().length;
  if (count < 2) return 1;
  const steps = batches.flatMap((values) =>
    values.slice(1).map((value, index) => value - (values[index] ?? value)),
  );
  const variance = steps.reduce((sum, step) => sum + step ** 2, 0) / 2 / steps.length;
  return Math.max(leastMargin, standardErrors * Math.sqrt(variance / count));
}
