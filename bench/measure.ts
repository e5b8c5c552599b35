/** What came out of repeated measurements, in the unit of the measurements. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
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
    count: sorted.length,
  };
}

/**
 * Measures variants in turn, so that what else the machine does falls on all of them; each
 * is run once beforehand, to warm up, which does not count.
 */
export async function interleaved<Name extends string>(
  variants: Readonly<Record<Name, () => Promise<number>>>,
  rounds: number,
): Promise<Record<Name, Spread>> {
  const names = Object.keys(variants) as Name[];
  const values = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const value = await variants[name]();
      if (round > 0) values.get(name)?.push(value);
    }
  }
  const spreads = names.map((name) => [name, spreadOf(values.get(name) ?? [])]);
  return Object.fromEntries(spreads);
}
