import pg from 'pg';
import { deleteSql, dropCommand } from './commands.ts';
import type { Deletion, PlannedPolicy, RetentionStep } from './deletion.ts';
import { reported } from './figures.ts';
import type { Objection } from './guards.ts';
import type { Policy } from './policies.ts';
import type { PolicyTable } from './policy-table.ts';
import type { RetentionTarget } from './target.ts';
import { whyStep } from './why.ts';

/** What deleting a row takes, pauses apart: measured with three indexes, in memory. */
const secondsPerRow = 4e-6;

/** Makes the step of a policy that may be carried out. */
export function makeStep(
  policy: Policy,
  deletion: Deletion,
  { inputs }: RetentionTarget,
  schema: string,
): RetentionStep {
  const { table, cutoff, figures, method, scope, parts, keys, heaps, dueRows } = deletion;
  const rows = method === 'delete' ? figures.expiredRows : 0;
  return {
    id: table.id,
    command:
      method === 'delete'
        ? deleteSql(table.id, scope)
        : [
            dropCommand(table, method, parts, keys.length > 0, schema),
            ...heaps.map(({ id }) => deleteSql(id, scope)),
          ]
            .filter(Boolean)
            .join('; '),
    why: whyStep(policy, deletion),
    workBytes: figures.expiredBytes,
    usualSeconds: rows * secondsPerRow * (1 + inputs.pause),
    locks: [],
    before: { ...reported(figures), dueRows, cutoff: cutoff.time },
    isDivisible: true,
    policy,
    deletion,
  };
}

/** A step that is shown, and not carried out. */
export function refusedStep(
  step: RetentionStep,
  objections: readonly Objection[],
): RetentionStep {
  const reasons = objections.map(({ message }) => message.replace(/\.$/, ''));
  return { ...step, skipBecause: reasons.join('; '), deletion: null };
}

/** A policy that is not carried out: all that speaks against it. */
export function refusedPolicy(
  policy: Policy,
  table: PolicyTable | null,
  objections: readonly Objection[],
): PlannedPolicy {
  const { step, tableOid } = unplanned(policy, table);
  return { step: refusedStep(step, objections), tableOid, findings: objections };
}

/** A policy of which no more is known than what it says. */
export function unplanned(policy: Policy, table: PolicyTable | null): PlannedPolicy {
  const id = table?.id ?? policy.table;
  const isOld = `${pg.escapeIdentifier(policy.column)} < now() - interval ${pg.escapeLiteral(policy.keep)}`;
  const expired = policy.where === null ? isOld : `${isOld} and (\n${policy.where}\n)`;
  const step: RetentionStep = {
    id,
    command: deleteSql(id, { expired }),
    why: `keep ${policy.keep}`,
    workBytes: 0,
    locks: [],
    policy,
    deletion: null,
  };
  return { step, tableOid: table?.oid ?? null, findings: [] };
}
