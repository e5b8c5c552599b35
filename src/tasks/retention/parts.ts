/** A part of a table that can be dropped by itself: a partition, or a chunk. */
export interface Part {
  readonly oid: number;
  /** Schema and name as the server quotes them. */
  readonly id: string;
  /** The oids of the relations in which its rows lie. */
  readonly heaps: readonly number[];
  readonly isDefault: boolean;
  /** Whether all of it lies before the cut-off. */
  readonly isExpired: boolean;
  /** Whether some of it may, and some of it not. */
  readonly isStraddling: boolean;
  /** Whether a DETACH … CONCURRENTLY of it did not end. */
  readonly isDetachPending: boolean;
  /** Where it begins and ends, as the server writes it; null where it does not. */
  readonly lower: string | null;
  readonly upper: string | null;
  /** How the server describes what belongs into a partition; null for chunks. */
  readonly bound: string | null;
  /** Why it cannot be dropped though it has expired; null where it can. */
  readonly obstacle: string | null;
  /** Why single rows of it cannot be deleted; null where they can. */
  readonly rowObstacle: string | null;
  /** Whether its rows are compressed, and can be read but not told apart by their place. */
  readonly isCompressed: boolean;
}

/** What of the parts of a table is to go, and what of it is left, and why. */
export interface Choice {
  readonly toDrop: readonly Part[];
  /** They have expired, and cannot be dropped. */
  readonly kept: readonly { readonly part: Part; readonly why: string }[];
  /** They have expired rows and others. */
  readonly straddling: readonly Part[];
}

/** All rows are deleted one by one: what of the parts is left, and why. */
export function keepParts(parts: readonly Part[]): Choice {
  return {
    toDrop: [],
    kept: parts.flatMap((part) =>
      part.rowObstacle === null ? [] : [{ part, why: part.rowObstacle }],
    ),
    straddling: [],
  };
}

/**
 * Chooses the parts that may go: those of which all has expired, and never the default
 * partition, nor, where nobody makes new ones by himself, the last one: rows that come later
 * must have a place.
 */
export function chooseParts(parts: readonly Part[], keepsLast: boolean): Choice {
  const expired = parts.filter(({ isExpired, isDefault }) => isExpired && !isDefault);
  const last = parts.filter(({ isDefault }) => !isDefault).at(-1);
  const keptBecause = (part: Part) =>
    keepsLast && part === last ? 'it is the last one' : part.obstacle;
  // While a detaching has not ended, the server refuses to begin another one.
  const pendingFirst = expired.toSorted(
    (a, b) => Number(b.isDetachPending) - Number(a.isDetachPending),
  );
  return {
    toDrop: pendingFirst.filter((part) => keptBecause(part) === null),
    kept: expired.flatMap((part) => {
      const why = keptBecause(part);
      return why === null ? [] : [{ part, why }];
    }),
    straddling: parts.filter(({ isStraddling }) => isStraddling),
  };
}
