import type { Pristine } from '../pristine.ts';
import { database } from '../pristine.ts';
import { copiedEstimate } from './copied-estimate.ts';
import { indexSizes } from './index-sizes.ts';

/** What is true of the indexes, and what the copied estimate makes of them. */
export interface Truth {
  /** The share of each index that a rebuild wins back. */
  readonly bloat: ReadonlyMap<string, number>;
  readonly copied: ReadonlyMap<string, number>;
}

/** Rebuilds every index of a copy, and compares. */
export async function findTruth(pristine: Pristine): Promise<Truth> {
  await using cluster = await pristine.start();
  const client = await cluster.connect({ database });
  const before = await indexSizes(client);
  const copied = await copiedEstimate(client);
  for (const name of before.keys()) await client.query(`reindex index ${name}`);
  const after = await indexSizes(client);
  const bloat = new Map(
    [...before].map(([name, { bytes }]) => [
      name,
      1 - (after.get(name)?.bytes ?? bytes) / bytes,
    ]),
  );
  return { bloat, copied };
}
