import { setTimeout as delay } from 'node:timers/promises';
import { finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import type { Applied } from '../../core/step.ts';
import { formatBytes, formatSeconds } from '../../core/units.ts';
import { ownApplicationName } from '../../postgres/open-database.ts';
import { mayReindexSql } from '../../postgres/privileges.ts';
import { leftoversOf } from './clean-up.ts';
import { isWraparoundDueSql } from './indexes.ts';
import { stillThere } from './leftovers.ts';
import {
  describeHolder,
  type Holder,
  holderFinding,
  keyOf,
  oldTransaction,
} from './old-transactions.ts';
import type { Rebuild } from './plan.ts';
import type { ReindexTarget } from './target.ts';

const pollMs = 1000;

/** Looks at everything that a rebuild depends on once more, right before it is begun. */
export async function whyNotNow(
  step: Rebuild,
  target: ReindexTarget,
  run: Run,
): Promise<Applied | null> {
  const lag = await target.replicas.untilReplicasFollow(run);
  if (lag)
    return { status: 'carried-over', error: `not begun until the deadline: ${lag}` };
  return (
    (await whyNotAnyMore(step, target)) ??
    (await whatIsLeftOfIt(step, target)) ??
    (await whoIsInTheWay(step, target, run))
  );
}

/** The plan may be hours old: an index that is another one now is left alone. */
async function whyNotAnyMore(
  { id, index }: Rebuild,
  { database }: ReindexTarget,
): Promise<Applied | null> {
  const [now] = await database.query<{
    id: string;
    isValid: boolean;
    mayReindex: boolean;
    isWraparoundDue: boolean;
  }>(
    `\
select format('%I.%I', n.nspname, x.relname) as id, i.indisvalid as "isValid",
  ${mayReindexSql(database.server.versionNumber)}
    and has_schema_privilege(n.oid, 'usage') as "mayReindex",
  ${isWraparoundDueSql} as "isWraparoundDue"
from pg_index i
  join pg_class x on x.oid = i.indexrelid
  join pg_namespace n on n.oid = x.relnamespace
  join pg_class c on c.oid = i.indrelid
where i.indexrelid = $1`,
    [index.oid],
  );
  const skipped = (error: string): Applied => ({ status: 'skipped', error });
  if (!now)
    return skipped('the index was dropped, or rebuilt by somebody, since the plan');
  if (now.id !== id) return skipped(`the index was renamed since the plan: ${now.id}`);
  if (!now.isValid) return skipped('the index has become invalid since the plan');
  if (!now.mayReindex) {
    return { status: 'failed', error: 'the right to rebuild it was lost since the plan' };
  }
  if (!now.isWraparoundDue) return null;
  const { table } = index;
  const found = finding(
    'vacuum-first',
    table.id,
    `${table.id} is due for an anti-wraparound vacuum by now; ${id} was not rebuilt.`,
    { remedy: `Run: vacuum (freeze) ${table.id}` },
  );
  return {
    status: 'carried-over',
    error: 'not begun: its table is due for an anti-wraparound vacuum',
    leftBecause: 'findings',
    findings: [found],
  };
}

/** One leftover that nobody but the owner may drop is enough: each costs every write. */
async function whatIsLeftOfIt(
  { index }: Rebuild,
  { database }: ReindexTarget,
): Promise<Applied | null> {
  if (index.mayDrop) return null;
  const [left] = await leftoversOf(index, [], database);
  if (!left) return null;
  return {
    status: 'carried-over',
    error: `not begun: ${left.id} is left of an earlier rebuild, and only its owner may drop it`,
    leftBecause: 'findings',
    findings: [stillThere([left, 'only its owner may drop it'])],
  };
}

/**
 * Waits for old transactions before the work, not after it; no longer than `max-wait`, and
 * for each of them once in a run.
 */
async function whoIsInTheWay(
  step: Rebuild,
  target: ReindexTarget,
  run: Run,
): Promise<Applied | null> {
  const { database, inputs, waitedFor } = target;
  const maxWaitMs = inputs['max-wait'];
  const name = ownApplicationName(run);
  const sinceMs = Date.now();
  for (let told = false; ; told = true) {
    const holder = await oldTransaction(database, step.index.table.oid, maxWaitMs, name);
    if (!holder) return null;
    const isKnown = waitedFor.has(keyOf(holder));
    const isOver = Date.now() - sinceMs >= maxWaitMs || run.window.timeLeftMs() === 0;
    if (isKnown || isOver) {
      waitedFor.add(keyOf(holder));
      return inVain(holder, maxWaitMs, isKnown);
    }
    if (!told) run.log.info(`  ${step.id} waits for ${describeHolder(holder)}`);
    await delay(Math.min(pollMs, maxWaitMs / 4), undefined, { signal: run.signal });
  }
}

function inVain(holder: Holder, maxWaitMs: number, isKnown: boolean): Applied {
  const limit = formatSeconds(maxWaitMs / 1000);
  const what = `rebuilds that would have to wait for it were not begun; they waited ${limit} (max-wait) for its end.`;
  return {
    status: 'carried-over',
    error: `not begun: it would have to wait for ${describeHolder(holder)}`,
    leftBecause: 'findings',
    findings: isKnown ? [] : [holderFinding(holder, what)],
  };
}

/** Room on a disk that is spoken for. Disposing of it gives it back. */
interface Claim extends Disposable {
  /** Why there is no room; null where there is, or nobody can know. */
  readonly obstacle: Applied | null;
}

/**
 * Claims the room that a rebuild may take up for a while: a second copy of the index, the
 * files that it is sorted in, and its WAL.
 */
export async function claimDisk(
  { id, index, rebuiltBytes, budgetCost = 0 }: Rebuild,
  { disk, claimedBytes }: ReindexTarget,
): Promise<Claim> {
  const { tablespaceOid } = index;
  const freeBytes = await disk.freeBytes(tablespaceOid);
  const neededBytes = 2 * rebuiltBytes + budgetCost;
  const claimed = claimedBytes.get(tablespaceOid) ?? 0;
  if (freeBytes !== null && neededBytes + claimed > freeBytes) {
    const room = formatBytes(Math.max(0, freeBytes - claimed));
    const error = `not begun: it may need ${formatBytes(neededBytes)} of disk for a while, and ${room} are free`;
    const found = finding('disk-space', id, `The rebuild of ${id} was ${error}.`);
    const obstacle: Applied = {
      status: 'carried-over',
      error,
      leftBecause: 'findings',
      findings: [found],
    };
    return { obstacle, [Symbol.dispose]() {} };
  }
  claimedBytes.set(tablespaceOid, claimed + neededBytes);
  return {
    obstacle: null,
    [Symbol.dispose]() {
      const now = claimedBytes.get(tablespaceOid) ?? 0;
      claimedBytes.set(tablespaceOid, now - neededBytes);
    },
  };
}
