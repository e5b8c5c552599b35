import type { Finding } from '../../core/finding.ts';
import type { Step } from '../../core/step.ts';
import type { Cutoff } from './cutoff.ts';
import type { Scope, TableFigures } from './figures.ts';
import type { ReferencingKey } from './foreign-keys.ts';
import type { Heap } from './heaps.ts';
import type { ChosenMethod } from './method.ts';
import type { Choice } from './parts.ts';
import type { Policy } from './policies.ts';
import type { PolicyTable } from './policy-table.ts';

/** What is to be done for a policy that may be carried out. */
export interface Deletion {
  readonly table: PolicyTable;
  readonly method: ChosenMethod;
  readonly cutoff: Cutoff;
  readonly scope: Scope;
  /** The relations from which rows are deleted one by one. */
  readonly heaps: readonly Heap[];
  /** The oids of relations of which the rows are compressed. */
  readonly compressed: ReadonlySet<number>;
  readonly parts: Choice;
  readonly keys: readonly ReferencingKey[];
  readonly figures: TableFigures;
  /** Of the rows that have expired, those that are to go now. */
  readonly dueRows: number;
  /** Whether an earlier run has left something to settle in the archive. */
  readonly hasUnsettled: boolean;
}

/** A policy as a step of the plan. */
export interface RetentionStep extends Step {
  readonly policy: Policy;
  /** null where the policy is not carried out. */
  readonly deletion: Deletion | null;
}

/** A policy, planned, with what is to be said about it. */
export interface PlannedPolicy {
  readonly step: RetentionStep;
  /** null where there is no such table. */
  readonly tableOid: number | null;
  readonly findings: readonly Finding[];
}
