import type { Run } from '../../core/run.ts';
import { carriedOverInARow } from '../../core/starvation.ts';
import type { Plan } from '../../core/task.ts';
import { keptCursors } from './cursors.ts';
import { readClock } from './cutoff.ts';
import type { PlannedPolicy, RetentionStep } from './deletion.ts';
import { planPolicy } from './plan-policy.ts';
import { connectedGroups, readEdges, referencingFirst } from './policy-order.ts';
import type { RetentionTarget } from './target.ts';

/**
 * Plans all policies by one clock: those first that earlier runs have carried over, as far
 * as foreign keys let them, for a row goes before what it references.
 */
export async function makePlan(
  target: RetentionTarget,
  run: Run,
): Promise<Plan<RetentionStep>> {
  const { database, inputs } = target;
  const clock = await readClock(database);
  await target.wal.spentBytes();
  await using held = await database.session();
  const { session } = held;
  const planned: PlannedPolicy[] = [];
  for (const policy of inputs.policies) {
    planned.push(await planPolicy(policy, { target, session, clock, run }));
  }
  // So that the log shows that a run has begun.
  if (!run.dryRun) run.keep(keptCursors(target.cursors));
  return {
    steps: await inOrder(planned, target, run),
    findings: [
      ...planned.flatMap(({ findings }) => findings),
      ...(await target.replicas.findings()),
    ],
    metrics: { policies: planned.length },
    jobs: inputs.jobs,
  };
}

async function inOrder(
  planned: readonly PlannedPolicy[],
  { database }: RetentionTarget,
  { history }: Run,
): Promise<RetentionStep[]> {
  const waited = ({ step }: PlannedPolicy) =>
    Number(carriedOverInARow(step.id, history) > 0);
  const wished = planned.toSorted((a, b) => waited(b) - waited(a));
  const oids = [...new Set(wished.flatMap(({ tableOid }) => tableOid ?? []))];
  const edges = await readEdges(database, oids);
  const order = referencingFirst(oids, edges);
  const groups = connectedGroups(oids, edges);
  const place = ({ tableOid }: PlannedPolicy) =>
    tableOid === null ? order.length : order.indexOf(tableOid);
  return wished
    .toSorted((a, b) => place(a) - place(b))
    .map(({ step, tableOid }) =>
      tableOid === null
        ? step
        : // Those that foreign keys connect wait for each other, and so keep their order.
          { ...step, locks: [`group ${groups.get(tableOid)}`] },
    );
}
