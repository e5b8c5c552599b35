/** What came out of repeated measurements, in the unit of the measurements. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Sums up measurements: their median, and how far they lie apart. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

/**
 * Measures variants in turn, so that what else the machine does falls on all of them; each
 * is run once beforehand, to warm up, which does not count. Returns one value a round.
 */
export async function interleaved<Name extends string>(
  variants: Readonly<Record<Name, () => Promise<number>>>,
  rounds: number,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries(variants) as [Name, () => Promise<number>][];
  const values = entries.map(([name]): [Name, number[]] => [name, []]);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, [, measure]] of entries.entries()) {
      const value = await measure();
      if (round > 0) values[index]?.[1].push(value);
    }
  }
  return Object.fromEntries(values) as Record<Name, number[]>;
}

/** Compares two variants round by round, since only what was close in time compares. */
export function compared(
  values: readonly number[],
  baseline: readonly number[],
  compare: (value: number, base: number) => number,
): Spread {
  return spreadOf(values.map((value, round) => compare(value, baseline[round] ?? 0)));
}
