import { finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Applied } from '../../core/step.ts';
import { whoLocked } from '../../postgres/lock-holders.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { S3Failure } from '../../s3/s3-failure.ts';
import { NotTheSame } from './archive/consignment.ts';
import type { Deletion } from './deletion.ts';
import type { RetentionTarget } from './target.ts';

/** Says why a policy failed: what came back, who was in the way, what to do. */
export async function explainFailure(
  error: unknown,
  { table }: Deletion,
  { database }: RetentionTarget,
): Promise<Pick<Applied, 'error' | 'findings'>> {
  const message = messageOf(error);
  if (error instanceof S3Failure || error instanceof NotTheSame) {
    const why = `archiving failed, and the rows were left where they are: ${message}`;
    return {
      error: why,
      findings: [finding('archive-failed', table.id, `${table.id}: ${why}`)],
    };
  }
  switch (sqlstateOf(error)) {
    case sqlstate.lockNotAvailable: {
      const holders = await whoLocked(database, table.oid, true);
      return {
        error: `the table, or one that references it, was locked for longer than lock-timeout: ${holders}`,
        findings: [
          finding('table-locked', table.id, `${table.id} was locked: ${holders}.`),
        ],
      };
    }
    case sqlstate.queryCanceled:
      return {
        error: `even the smallest batch took too long, or somebody cancelled it: ${message}. Look at the triggers of the table, and at tables that reference it`,
      };
    default: {
      const { detail, hint } = error as { detail?: string; hint?: string };
      return { error: [message, detail, hint].filter(Boolean).join('; ') };
    }
  }
}
