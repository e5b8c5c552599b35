import type { Evidence } from './evidence.ts';
import type { Depth } from './inputs.ts';

/** The figures of a test, as far as it came. Seconds, bytes and counts. */
export function metricsOf(evidence: Evidence, depth: Depth): Record<string, number> {
  const { downloaded, decryptSeconds, decoded, restored, proof, predicted } = evidence;
  const restoredTables = depth === 'full' ? proof : undefined;
  const recoverySeconds = [downloaded?.seconds, decryptSeconds, restored?.seconds];
  const { worstGapMs = null } = evidence.audit ?? {};
  const figures = {
    recoveryPointSeconds: worstGapMs === null ? undefined : worstGapMs / 1000,
    downloadSeconds: downloaded?.seconds,
    restoreSeconds: restored?.seconds,
    verifySeconds: proof?.seconds,
    recoveryTimeSeconds:
      // What stands without its data is no recovery.
      depth === 'full' &&
      restored &&
      recoverySeconds.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    rows: restoredTables?.rows ?? decoded?.rows,
    tables: restoredTables?.tables.length ?? tablesOf(decoded),
    tablesProven: restoredTables?.tablesProven,
    databaseBytes: evidence.databaseBytes,
    diskBytes: evidence.diskBytes,
    predictedDiskBytes: predicted?.peakBytes,
  };
  const known = Object.entries(figures).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return Object.fromEntries(
    known.map(([key, value]) => [key, Math.round(value * 1000) / 1000]),
  );
}

function tablesOf(decoded: Evidence['decoded']): number | undefined {
  return decoded?.digests.filter(({ form }) => form !== 'blobs').length;
}
