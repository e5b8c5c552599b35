import type { Finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import type { Plan } from '../../core/task.ts';
import { formatBytes } from '../../core/units.ts';
import { ownApplicationName } from '../../postgres/open-database.ts';
import { updatedBaselines } from './baselines.ts';
import { type Index, readIndexes, readTables } from './indexes.ts';
import { type Judgement, judgeIndexes } from './judge.ts';
import { isOurs, type Leftover, readLeftovers } from './leftovers.ts';
import { holderFinding, oldTransaction, unseenTransactions } from './old-transactions.ts';
import { conflictTargets } from './on-conflict.ts';
import { notLookedAt } from './page-functions.ts';
import {
  cooledDown,
  misjudged,
  planRebuilds,
  type Rebuild,
  type Removal,
  removal,
  splitByMaxSize,
  toRebuild,
} from './plan.ts';
import {
  deadRows,
  isPermitted,
  mayNotDrop,
  notOwner,
  notSupported,
  overMaxSize,
  refuseIfNothingIsPermitted,
  vacuumFirst,
  whyNotConcurrently,
} from './plan-findings.ts';
import { remarkOn } from './remark.ts';
import { selectIndexes } from './selection.ts';
import type { ReindexTarget } from './target.ts';

export type ReindexStep = Rebuild | Removal;

/** Finds out what is bloated and what is left over, and plans what to do about it. */
export async function makePlan(
  target: ReindexTarget,
  run: Run,
): Promise<Plan<ReindexStep>> {
  const { database, inputs } = target;
  // The first look at the standbys: from now on it is known how long they have lagged.
  const ofReplicas = await target.replicas.findings();
  const all = await readIndexes(database);
  const selection = selectIndexes(all, await readTables(database), inputs);
  const own = selection.indexes.filter(({ table }) => !table.isCatalog);
  if (!selection.isNarrow) refuseIfNothingIsPermitted(own, database.server);
  const cool = cooledDown(run.history, inputs['cool-down'], Date.now());
  const weighed = selection.indexes.filter(
    (index) => !cool.has(index.id) && isWeighed(index, inputs),
  );
  const { able, unable, foreign } = sorted(weighed);
  const judge = (indexes: readonly Index[], evidence = inputs.evidence) =>
    judgeIndexes(
      indexes,
      target.functions,
      target.memory.baselines,
      { ...inputs, evidence },
      database,
      run,
    );
  const { judgements, readBytes } = await judge(able);
  // For what is not to be rebuilt anyway, no page is read.
  const others = (await judge([...unable, ...foreign], 'estimate')).judgements;
  const minBloat = inputs['min-bloat'];
  const isNamed = (index: Index) => selection.isNamed(index);
  const chosen = toRebuild(judgements, minBloat, misjudged(run.history));
  const { fitting, tooLarge } = splitByMaxSize(chosen, inputs['max-size']);
  const due = fitting.filter(({ index }) => index.table.isWraparoundDue);
  const possible = fitting.filter(({ index }) => !index.table.isWraparoundDue);
  const conflicts = await conflictTargets(indexesOf(possible), selection, database);
  const rebuilds = planRebuilds(possible, {
    server: database.server,
    options: inputs,
    history: run.history,
    isNamed,
    isReliedOn: (index) => conflicts.reliedOn.has(index),
  });
  const bloatedOthers = new Set(toRebuild(others, minBloat));
  const refused = others.filter(
    (one) => bloatedOthers.has(one) || isNamed(one.index) || isUnknown(one),
  );
  const isUnable = ({ index }: Judgement) => whyNotConcurrently(index) !== null;
  const ofOthers = indexesOf(refused.filter((one) => !isUnable(one)));
  const leftovers = await readLeftovers(database);
  const removals = planRemovals(leftovers, target);
  rememberPlan(rebuilds, leftovers, all, target, run);
  const limit = inputs['wal-budget'];
  return {
    steps: [...removals, ...rebuilds],
    findings: [
      ...selection.findings,
      ...notOwner(ofOthers, ofOthers.some(isNamed) || able.length === 0, database.server),
      ...refused.filter(isUnable).map((one) => notSupported(one, isNamed(one.index))),
      ...overMaxSize(tooLarge, inputs['max-size'] ?? 0),
      ...deadRows(able),
      ...mayNotDrop(indexesOf(possible), database.server),
      ...vacuumFirst(due),
      ...conflicts.findings,
      ...notLookedAt(judgements, formatBytes(inputs['evidence-budget']), database),
      ...(rebuilds.length > 0 ? await unseenTransactions(database) : []),
      ...ofReplicas,
      ...(run.dryRun ? await inTheWay(rebuilds, target, run) : []),
    ],
    metrics: {
      considered: own.length,
      candidates: chosen.length,
      evidenceBytes: readBytes,
    },
    remark: remarkOn(
      {
        indexes: own,
        judged: new Map(
          [...judgements, ...others].map((one) => [one.index, one.evidence]),
        ),
        chosen: new Set(indexesOf(chosen)),
        isCool: ({ id }) => cool.has(id),
        isNamed,
      },
      inputs,
    ),
    jobs: inputs.jobs,
    budget: limit === null ? null : { of: 'WAL', metric: 'walBytes', limit },
  };
}

/** Whether it is worth while to find out how bloated an index is. */
function isWeighed(index: Index, inputs: ReindexTarget['inputs']): boolean {
  if (index.bytes === null || index.bytes < inputs['min-size']) return false;
  // It hardly grows, and has nothing in it that could bloat.
  return index.method !== 'brin' || inputs['min-bloat'] === 0;
}

/** Of an index that is not ours nothing may be known because it is not. */
function isUnknown({ index, evidence }: Judgement): boolean {
  return evidence === null && index.method === 'btree' && !isPermitted(index);
}

/** Those that can be rebuilt, those that nobody can, and those that our role may not. */
function sorted(indexes: readonly Index[]) {
  const groups = Map.groupBy(indexes, (index) => {
    if (whyNotConcurrently(index)) return 'unable';
    return isPermitted(index) ? 'able' : 'foreign';
  });
  const group = (name: 'able' | 'unable' | 'foreign') => groups.get(name) ?? [];
  return { able: group('able'), unable: group('unable'), foreign: group('foreign') };
}

function indexesOf(judgements: readonly Judgement[]): Index[] {
  return judgements.map(({ index }) => index);
}

/** Our own leftovers are dropped; those of others only where that is asked for. */
function planRemovals(
  leftovers: readonly Leftover[],
  { inputs, memory }: ReindexTarget,
): Removal[] {
  return leftovers
    .filter(({ isLocked, mayDrop }) => !isLocked && mayDrop)
    .filter(
      (one) => isOurs(one, memory) || (inputs['drop-leftovers'] && !one.isTableLocked),
    )
    .map((one) =>
      removal(
        one,
        isOurs(one, memory)
          ? `left by an earlier run of ours, which was broken off while it rebuilt ${one.ofName}`
          : `requested: drop-leftovers is true, and a rebuild of ${one.ofName} left it`,
      ),
    );
}

/** Keeps what a run to come must know, should this one be killed. */
function rememberPlan(
  rebuilds: readonly Rebuild[],
  leftovers: readonly Leftover[],
  all: readonly Index[],
  target: ReindexTarget,
  run: Run,
): void {
  const { memory } = target;
  // What earlier runs have left stays ours until it is gone.
  const ours = leftovers.filter((one) => isOurs(one, memory));
  const others = leftovers.filter((one) => !isOurs(one, memory));
  const planned = rebuilds.map(({ index }) => index.oid);
  const measured = all.filter(({ table }) => !table.isCatalog);
  target.remember(
    {
      indexes: [...new Set([...ours.flatMap(({ ofOids }) => ofOids), ...planned])],
      others: others.map(({ oid }) => oid),
      baselines: updatedBaselines(memory.baselines, measured),
    },
    run,
  );
}

/** Who would be waited for, as it looks now. */
async function inTheWay(
  rebuilds: readonly Rebuild[],
  { database, inputs }: ReindexTarget,
  run: Run,
): Promise<Finding[]> {
  const findings = new Map<string, Finding>();
  for (const { index } of rebuilds) {
    const maxWaitMs = inputs['max-wait'];
    const name = ownApplicationName(run);
    const holder = await oldTransaction(database, index.table.oid, maxWaitMs, name);
    if (!holder) continue;
    const found = holderFinding(holder, 'a rebuild would not be begun while it lasts.');
    findings.set(found.subject, found);
  }
  return [...findings.values()];
}
