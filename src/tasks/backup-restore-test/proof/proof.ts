import type { Finding } from '../../../core/finding.ts';
import type { Check } from '../checks.ts';
import { compareCatalog } from './catalog.ts';
import { checkCollations } from './collations.ts';
import type { TableProof } from './compare-table.ts';
import { checkConstraints } from './constraints.ts';
import { openSession } from './dump-session.ts';
import { checkFreshness, type NewestRow } from './freshness.ts';
import { compareLargeObjects } from './large-objects.ts';
import { rowFindings } from './row-findings.ts';
import { compareRows, type RowsOptions } from './rows.ts';
import { compareSequences } from './sequence-values.ts';
import { checkSequences } from './sequences.ts';
import { runChecks } from './user-checks.ts';

export interface ProofOptions extends RowsOptions {
  /** `schema` leaves the data alone: none were restored. */
  readonly depth: 'schema' | 'full';
  readonly checks: readonly Check[];
  /** How old the newest backup may be. */
  readonly maxAgeMs: number;
}

export interface Proof {
  readonly findings: readonly Finding[];
  /** The largest first. */
  readonly tables: readonly TableProof[];
  readonly tablesProven: number;
  /** Of all restored tables together, as far as they were counted. */
  readonly rows: number;
  /** The newest first. */
  readonly newest: readonly NewestRow[];
  readonly seconds: number;
  /** What was done, one after the other. */
  readonly parts: readonly { readonly name: string; readonly seconds: number }[];
}

/** Holds a restored database against the archive that it was restored from. */
export async function prove(options: ProofOptions): Promise<Proof> {
  try {
    return await holdAgainst(options);
  } catch (error) {
    // A session that was broken by the signal knows only that it was broken.
    options.signal.throwIfAborted();
    throw error;
  }
}

async function holdAgainst(options: ProofOptions): Promise<Proof> {
  const { archive, digests, connect, signal } = options;
  const isFull = options.depth === 'full';
  const parts: { name: string; seconds: number }[] = [];
  const timed = async <Value>(name: string, work: () => Promise<Value>) => {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const value = await work();
    parts.push({ name, seconds: (performance.now() - startedAt) / 1000 });
    return value;
  };
  await using session = await openSession(connect, signal);
  const { client } = session;

  const findings = await timed('catalog', async () => [
    ...(await compareCatalog(client, archive)),
    ...(await checkCollations(client)),
  ]);
  const tables = isFull ? await timed('rows', () => compareRows(options)) : [];
  findings.push(...rowFindings(tables));
  let newest: readonly NewestRow[] = [];
  if (isFull) {
    const more = await timed('values', async () => [
      ...(await compareLargeObjects(client, archive, digests)),
      ...(await compareSequences(client, archive)),
      ...(await checkConstraints(client)),
      ...(await checkSequences(client)),
    ]);
    const freshness = await timed('freshness', () =>
      checkFreshness(client, archive, options.maxAgeMs),
    );
    newest = freshness.newest;
    const checked = await timed('checks', () =>
      runChecks(connect, options.checks, signal),
    );
    findings.push(...more, ...freshness.findings, ...checked);
  }
  return {
    findings,
    tables,
    tablesProven: tables.filter(({ status }) => status === 'proven').length,
    rows: tables.reduce((sum, { restoredRows }) => sum + (restoredRows ?? 0), 0),
    newest,
    seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
    parts,
  };
}
