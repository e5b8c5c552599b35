/** What the statistics tell of a column that an index stores. */
export interface StoredColumn {
  /** Of a value of fixed width; `null` where widths vary. */
  readonly widthBytes: number | null;
  readonly alignmentBytes: number;
  readonly nullShare: number;
  /** Stored widths of values that ANALYZE has kept of those that are not common. */
  readonly sampledWidths: readonly number[];
  /** Stored widths of the most common values, where widths vary. */
  readonly commonWidths: readonly number[];
  /** The average stored width. */
  readonly averageBytes: number;
  /** Different values that are not NULL: a number, or where negative a share of the rows. */
  readonly distinct: number;
  /** The shares of the most common values. */
  readonly commonShares: readonly number[];
}

/** A B-tree as its catalog entries describe it. */
export interface BtreeDescription {
  readonly rows: number;
  /** Key columns, and those of INCLUDE. */
  readonly columns: readonly StoredColumn[];
  /** Whether a build merges equal keys: never in a unique index. */
  readonly deduplicates: boolean;
  /** 0–1 */
  readonly fillfactor: number;
  readonly blockSizeBytes: number;
}

/** How large a B-tree would be right after it was built. */
export interface BuiltBtree {
  readonly bytes: number;
  /** Share of the room on leaf pages that is taken, 0–1. */
  readonly leafDensity: number;
}

/** Of each page: its header, and what nbtree keeps at its end. */
const pageOverheadBytes = 24 + 16;
const linePointerBytes = 4;
const tupleHeaderBytes = 8;
/** The header with a bitmap of NULLs, aligned. */
const nullTupleHeaderBytes = 16;
/** A row in a posting list: its TID. */
const tidBytes = 6;
/** Inner pages are filled to BTREE_NONLEAF_FILLFACTOR. */
const innerFillfactor = 0.7;
/** Up to here, how many rows share a key varies too much for an average. */
const fewRows = 10;

/**
 * Predicts the size of a freshly built B-tree from catalog and statistics alone, as
 * `_bt_load` in src/backend/access/nbtree/nbtsort.c fills its pages: tuples are aligned to
 * 8 bytes, equal keys share posting lists of at most a tenth of a page, and a leaf page is
 * closed once less than the fillfactor leaves is free, whereupon its last tuple moves on.
 */
export function builtBtree(description: BtreeDescription): BuiltBtree {
  const { rows, fillfactor, blockSizeBytes } = description;
  const keyBytes = meanTupleBytes(description.columns);
  const leaf = description.deduplicates
    ? deduplicated(description, keyBytes)
    : { items: rows, bytes: rows * (keyBytes + linePointerBytes) };
  const roomBytes = blockSizeBytes - pageOverheadBytes;
  if (leaf.items < 1) return { bytes: 2 * blockSizeBytes, leafDensity: fillfactor };
  const itemBytes = leaf.bytes / leaf.items;
  const pivotBytes = keyBytes + linePointerBytes;
  const targetBytes = roomBytes - blockSizeBytes * (1 - fillfactor);
  // The tuple that crosses the target is the one that moves on.
  const itemsPerPage = Math.max(1, Math.ceil(targetBytes / itemBytes) - 1);
  const filledBytes = itemsPerPage * itemBytes;
  const leafPages = Math.ceil(leaf.bytes / filledBytes);
  const innerItems = Math.max(2, (roomBytes * innerFillfactor) / pivotBytes);
  let innerPages = 0;
  for (let level = leafPages; level > 1; level = Math.ceil(level / innerItems)) {
    innerPages += Math.ceil(level / innerItems);
  }
  return {
    bytes: (1 + leafPages + innerPages) * blockSizeBytes,
    leafDensity: Math.min(1, (filledBytes + pivotBytes) / roomBytes),
  };
}

/**
 * The mean size of tuples with a row each, over all combinations of widths and NULLs:
 * aligned, without line pointer.
 */
function meanTupleBytes(columns: readonly StoredColumn[]): number {
  let sizes = new Map<number, number>([[encode(0, false), 1]]);
  for (const column of columns) {
    const next = new Map<number, number>();
    const add = (bytes: number, hasNull: boolean, share: number) => {
      const key = encode(bytes, hasNull);
      next.set(key, (next.get(key) ?? 0) + share);
    };
    const widths = widthsOf(column);
    const known =
      (1 - column.nullShare) / widths.reduce((sum, [, share]) => sum + share, 0);
    for (const [key, share] of sizes) {
      const { bytes, hasNull } = decode(key);
      if (column.nullShare > 0) add(bytes, true, share * column.nullShare);
      if (column.nullShare === 1) continue;
      for (const [width, shareOfWidth] of widths) {
        const aligned = align(bytes, alignmentOf(column, width));
        add(aligned + width, hasNull, share * shareOfWidth * known);
      }
    }
    sizes = next;
  }
  let meanBytes = 0;
  for (const [key, share] of sizes) {
    const { bytes, hasNull } = decode(key);
    const header = hasNull ? nullTupleHeaderBytes : tupleHeaderBytes;
    meanBytes += share * align(header + bytes, 8);
  }
  return meanBytes;
}

function encode(bytes: number, hasNull: boolean): number {
  return bytes * 2 + Number(hasNull);
}

function decode(key: number): { bytes: number; hasNull: boolean } {
  return { bytes: Math.floor(key / 2), hasNull: key % 2 === 1 };
}

/** The widths of the values of a column, each with its share of the rows. */
function widthsOf(column: StoredColumn): [width: number, share: number][] {
  const { widthBytes, sampledWidths, commonWidths, commonShares, averageBytes } = column;
  if (widthBytes !== null) return [[widthBytes, 1]];
  const common = commonWidths.map((width, index): [number, number] => [
    width,
    commonShares[index] ?? 0,
  ]);
  const others = othersShare(column) / sampledWidths.length;
  const sampled = sampledWidths.map((width): [number, number] => [width, others]);
  const known = [...common, ...sampled].filter(([, share]) => share > 0);
  if (known.length > 0) return known;
  // Unknown widths, spread evenly over one step of the alignment.
  const first = Math.max(1, Math.round(averageBytes) - 3);
  return Array.from({ length: 8 }, (_, index) => [first + index, 1]);
}

/** The share of the rows with a value that is neither NULL nor one of the common ones. */
function othersShare({ nullShare, commonShares }: StoredColumn): number {
  const common = commonShares.reduce((sum, share) => sum + share, 0);
  return Math.max(0, 1 - nullShare - common);
}

/** A short value of varying width has a header of one byte, and lies where it falls. */
function alignmentOf(
  { widthBytes, alignmentBytes }: StoredColumn,
  width: number,
): number {
  return widthBytes === null && width < 127 ? 1 : alignmentBytes;
}

function align(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}

function alignDown(bytes: number): number {
  return Math.floor(bytes / 8) * 8;
}

interface LeafItems {
  readonly items: number;
  /** With line pointers. */
  readonly bytes: number;
}

/** Adds up the tuples of groups of rows with equal keys. */
function deduplicated(
  { rows, columns, blockSizeBytes }: BtreeDescription,
  meanKeyBytes: number,
): LeafItems {
  const maxPostingBytes = alignDown(alignDown(blockSizeBytes / 10) - linePointerBytes);
  let items = 0;
  let bytes = 0;
  const addGroups = (count: number, rowsEach: number, keyBytes: number) => {
    const group = groupOf(rowsEach, keyBytes, maxPostingBytes);
    items += count * group.items;
    bytes += count * group.bytes;
  };
  const [only] = columns;
  if (columns.length === 1 && only) {
    const nulls = rows * only.nullShare;
    if (nulls >= 1) addGroups(1, nulls, nullTupleHeaderBytes);
    const keyBytes = (widths: readonly number[]) =>
      meanTupleBytes([
        {
          ...only,
          nullShare: 0,
          commonShares: [],
          commonWidths: [],
          sampledWidths: widths,
        },
      ]);
    for (const [index, share] of only.commonShares.entries()) {
      const width = only.commonWidths[index];
      addGroups(1, rows * share, keyBytes(width === undefined ? [] : [width]));
    }
    const different = distinctOf(only, rows) - only.commonShares.length;
    const others = rows * othersShare(only);
    spread(others, Math.max(1, different), keyBytes(only.sampledWidths));
  } else {
    const different = columns.reduce(
      (product, one) => product * (distinctOf(one, rows) + (one.nullShare > 0 ? 1 : 0)),
      1,
    );
    spread(rows, Math.min(rows, different), meanKeyBytes);
  }
  return { items, bytes };

  /** Few rows a key are spread by chance (Poisson, none empty); many are taken as equal. */
  function spread(count: number, keys: number, keyBytes: number): void {
    if (count < 1) return;
    const average = count / Math.min(keys, count);
    if (average >= fewRows || average < 1.001) {
      addGroups(count / average, average, keyBytes);
      return;
    }
    const rate = rateForMean(average);
    let probability = rate / Math.expm1(rate);
    for (let size = 1; size <= 5 * fewRows; size++) {
      addGroups((count / average) * probability, size, keyBytes);
      probability *= rate / (size + 1);
    }
  }
}

function distinctOf({ distinct, nullShare }: StoredColumn, rows: number): number {
  const count = distinct < 0 ? -distinct * rows : distinct;
  return Math.max(1, Math.min(count, rows * (1 - nullShare)));
}

/** The tuples that rows with one key take up. */
function groupOf(rows: number, keyBytes: number, maxPostingBytes: number): LeafItems {
  const perList = Math.max(1, Math.floor((maxPostingBytes - keyBytes) / tidBytes));
  const lists = Math.floor(rows / perList);
  const rest = rows - lists * perList;
  const listBytes = (tids: number) =>
    (tids > 1 ? align(keyBytes + tids * tidBytes, 8) : keyBytes) + linePointerBytes;
  const hasRest = rest >= 0.5;
  return {
    items: lists + Number(hasRest),
    bytes: lists * listBytes(perList) + (hasRest ? listBytes(rest) : 0),
  };
}

/** Solves rate / (1 - e^-rate) = mean, the mean of a Poisson distribution without zero. */
function rateForMean(mean: number): number {
  let rate = mean;
  for (let step = 0; step < 50; step++) rate = mean * -Math.expm1(-rate);
  return Math.max(1e-6, rate);
}
