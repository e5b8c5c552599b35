import type { Finding } from '../../core/finding.ts';
import type { StepResult } from '../../core/result-schema.ts';
import type { Run } from '../../core/run.ts';
import { readInvalidIndexes } from '../../postgres/invalid-indexes.ts';
import { dropLeftovers } from './clean-up.ts';
import {
  asLeftover,
  foreignFinding,
  isOurs,
  leftoverFinding,
  stillThere,
} from './leftovers.ts';
import type { ReindexTarget } from './target.ts';

/** Looks for invalid indexes once more, and tries once more to drop what is ours. */
export async function verifyIndexes(
  target: ReindexTarget,
  steps: readonly StepResult[],
  run: Run,
): Promise<Finding[]> {
  const { database, memory } = target;
  const stillOurs = new Set<number>();
  const planned = new Set(steps.map(({ id }) => id));
  const invalid = await readInvalidIndexes(database);
  const findings: Finding[] = [];
  for (const index of invalid) {
    const leftover = asLeftover(index);
    const isOwn = leftover !== null && isOurs(leftover, memory);
    // What somebody is at work on will be valid, or gone, in a while.
    if (index.isLocked || (index.isTableLocked && !isOwn)) {
      if (isOwn) for (const oid of leftover.ofOids) stillOurs.add(oid);
      continue;
    }
    if (run.dryRun && planned.has(index.id)) continue;
    if (!leftover) {
      findings.push(foreignFinding(index));
    } else if (!isOwn) {
      const why =
        'As far as the maintenance log tells, no run of ours left it; so it was not touched.';
      findings.push(leftoverFinding(leftover, { severity: 'low', why }));
    } else if (run.dryRun) {
      findings.push(leftoverFinding(leftover, { why: 'It is ours.' }));
    } else {
      const left = run.window.isClosed()
        ? new Map([[leftover, 'the window was closed']])
        : await dropLeftovers([leftover], database, run);
      findings.push(...[...left].map(stillThere));
      if (left.size > 0) for (const oid of leftover.ofOids) stillOurs.add(oid);
    }
  }
  // What was planned and has left nothing is no longer ours to clear away.
  target.remember({ indexes: [...stillOurs] }, run);
  return findings;
}
