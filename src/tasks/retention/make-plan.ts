import type { Run } from '../../core/run.ts';
import type { Plan } from '../../core/task.ts';
import { readClock } from './cutoff.ts';
import { connectedGroups, readEdges, referencingFirst } from './foreign-keys.ts';
import { type PlannedPolicy, planPolicy, type RetentionStep } from './plan-policy.ts';
import type { RetentionTarget } from './target.ts';

/** Plans all policies by one clock, those of tables that reference others first. */
export async function makePlan(
  target: RetentionTarget,
  run: Run,
): Promise<Plan<RetentionStep>> {
  const { database, inputs } = target;
  const now = await readClock(database);
  await target.wal.spentBytes();
  const planned = await target.walking(async (session) => {
    const all: PlannedPolicy[] = [];
    for (const policy of inputs.policies) {
      all.push(await planPolicy(policy, { target, session, now, run }));
    }
    return all;
  });
  return {
    steps: await inOrder(planned, target),
    findings: [
      ...planned.flatMap(({ findings }) => findings),
      ...(await target.replicas.findings()),
    ],
    metrics: { policies: planned.length },
    jobs: inputs.jobs,
    budget: null,
  };
}

async function inOrder(
  planned: readonly PlannedPolicy[],
  { database }: RetentionTarget,
): Promise<RetentionStep[]> {
  const oids = [...new Set(planned.flatMap(({ tableOid }) => tableOid ?? []))];
  const edges = await readEdges(database, oids);
  const order = referencingFirst(oids, edges);
  const groups = connectedGroups(oids, edges);
  const place = ({ tableOid }: PlannedPolicy) =>
    tableOid === null ? order.length : order.indexOf(tableOid);
  return planned
    .toSorted((a, b) => place(a) - place(b))
    .map(({ step, tableOid }) =>
      tableOid === null
        ? step
        : // Those that foreign keys connect wait for each other, and so keep their order.
          { ...step, locks: [`group ${groups.get(tableOid)}`] },
    );
}
