import { formatCount, formatShare } from '../../core/units.ts';
import type { VacuumOptions } from './inputs.ts';
import type { Heap, Relation } from './relations.ts';
import { type Thresholds, withOptions } from './thresholds.ts';

export type NeedCode =
  | 'dead-tuples'
  | 'inserts'
  | 'xid-age'
  | 'multixact-age'
  | 'missing-statistics'
  | 'stale-statistics'
  | 'requested';

/** One reason for which a table is in the plan. */
export interface Need {
  readonly code: NeedCode;
  /** The figures behind it, for people. */
  readonly figures: string;
  /** The figure as a multiple of its threshold. */
  readonly urgency: number;
  /** Rows that are better off afterwards: what a second of the window is worth. */
  readonly gain: number;
}

/** Everything that a table needs. */
export interface Needs {
  readonly vacuum: readonly Need[];
  readonly analyze: readonly Need[];
  readonly freeze: boolean;
  /** Past the age at which the server would force an anti-wraparound autovacuum. */
  readonly wraparound: boolean;
}

/** The server never analyzes the table in which it keeps what ANALYZE finds. */
const pgStatisticOid = 2619;

/**
 * Decides what a table needs, by the arithmetic of autovacuum (`relation_needs_vacanalyze`
 * in src/backend/postmaster/autovacuum.c), of the table and of its TOAST table. Ages are
 * due earlier: at the share `freeze-age` of the age at which autovacuum would be forced.
 *
 * @param leaves for a partitioned table its leaves, which are all that it consists of
 */
export function decideNeeds(
  relation: Relation,
  server: Thresholds,
  options: VacuumOptions,
  leaves: readonly Relation[] = [],
): Needs {
  const own = withOptions(server, relation.options);
  const vacuum: Need[] = [];
  let freeze = false;
  let wraparound = false;
  const look = (heap: Heap, thresholds: Thresholds, place: string) => {
    vacuum.push(...tupleNeeds(heap, thresholds, place));
    const ages = ageNeeds(heap, thresholds, options['freeze-age'], place);
    vacuum.push(...ages);
    freeze ||= ages.length > 0;
    wraparound ||= ages.some(({ forced }) => forced);
  };
  if (relation.kind !== 'p') look(relation, own, '');
  // A TOAST table without options of its own takes those of its table.
  const { toast } = relation;
  if (toast)
    look(
      toast,
      toast.options.length ? withOptions(server, toast.options) : own,
      'TOAST: ',
    );
  if (options.select === 'all' && vacuum.length === 0 && relation.kind !== 'p') {
    vacuum.push({ code: 'requested', figures: 'select is all', urgency: 0, gain: 0 });
  }
  // A parent without a leaf of its own kind, as one of foreign tables, has no rows to sample.
  const hasRows = relation.kind !== 'p' || leaves.length > 0;
  const mayAnalyze =
    options.analyze !== 'never' && relation.oid !== pgStatisticOid && hasRows;
  const analyze = mayAnalyze ? analyzeNeeds(relation, own, leaves) : [];
  if (mayAnalyze && options.analyze === 'always' && analyze.length === 0) {
    analyze.push({
      code: 'requested',
      figures: 'analyze is always',
      urgency: 0,
      gain: 0,
    });
  }
  return { vacuum, analyze, freeze, wraparound };
}

function tupleNeeds(heap: Heap, thresholds: Thresholds, place: string): Need[] {
  const needs: Need[] = [];
  const tuples = Math.max(0, heap.tuples);
  const deadThreshold = limited(
    thresholds.autovacuum_vacuum_threshold +
      thresholds.autovacuum_vacuum_scale_factor * tuples,
    thresholds.autovacuum_vacuum_max_threshold,
  );
  if (heap.deadTuples > deadThreshold) {
    const share = formatShare(heap.deadTuples / (tuples + heap.deadTuples));
    needs.push({
      code: 'dead-tuples',
      figures: `${place}${formatCount(heap.deadTuples)} dead (${share}), threshold ${formatCount(deadThreshold)}`,
      urgency: heap.deadTuples / Math.max(1, deadThreshold),
      gain: heap.deadTuples,
    });
  }
  const insertBase = thresholds.autovacuum_vacuum_insert_threshold;
  const insertThreshold =
    insertBase +
    thresholds.autovacuum_vacuum_insert_scale_factor * tuples * shareNotFrozen(heap);
  if (insertBase >= 0 && heap.insertedTuples > insertThreshold) {
    needs.push({
      code: 'inserts',
      figures: `${place}${formatCount(heap.insertedTuples)} inserted since the last vacuum, threshold ${formatCount(insertThreshold)}`,
      urgency: heap.insertedTuples / Math.max(1, insertThreshold),
      // They are only spared a look at the heap, and a later freeze.
      gain: heap.insertedTuples * 0.1,
    });
  }
  return needs;
}

function ageNeeds(
  heap: Heap,
  thresholds: Thresholds,
  freezeAge: number,
  place: string,
): (Need & { forced: boolean })[] {
  const ages = [
    ['xid-age', heap.xidAge, thresholds.autovacuum_freeze_max_age],
    ['multixact-age', heap.multixactAge, thresholds.autovacuum_multixact_freeze_max_age],
  ] as const;
  return ages
    .filter(([, age, max]) => age > max * freezeAge)
    .map(([code, age, max]) => ({
      code,
      figures: `${place}age ${formatCount(age)}, ${formatShare(age / max)} of the ${formatCount(max)} at which autovacuum is forced`,
      urgency: age / Math.max(1, max * freezeAge),
      gain: Math.max(0, heap.tuples) * (age / max),
      forced: age > max,
    }));
}

function analyzeNeeds(
  relation: Relation,
  thresholds: Thresholds,
  leaves: readonly Relation[],
): Need[] {
  const needs: Need[] = [];
  if (relation.lacksStatistics) {
    const figures = 'some columns, expressions or extended statistics have none';
    const gain = Math.max(1000, relation.tuples);
    needs.push({ code: 'missing-statistics', figures, urgency: 1, gain });
  }
  // The counters of a partitioned table stay empty: autovacuum never analyzes one.
  const tuples = Math.max(0, relation.tuples);
  const modified =
    relation.kind === 'p'
      ? sum(leaves.map((leaf) => leaf.modifiedTuples)) +
        Math.abs(sum(leaves.map((leaf) => Math.max(0, leaf.tuples))) - tuples)
      : relation.modifiedTuples;
  const threshold =
    thresholds.autovacuum_analyze_threshold +
    thresholds.autovacuum_analyze_scale_factor * tuples;
  if (modified > threshold && !relation.lacksStatistics) {
    needs.push({
      code: 'stale-statistics',
      figures: `${formatCount(modified)} changed since the last analyze, threshold ${formatCount(threshold)}`,
      urgency: modified / Math.max(1, threshold),
      gain: modified * 0.5,
    });
  }
  return needs;
}

/** Version 18 scales the insert threshold to the share of pages that is not frozen yet. */
function shareNotFrozen({ pages, allFrozenPages }: Heap): number {
  if (allFrozenPages === null || pages === 0) return 1;
  return 1 - Math.min(1, allFrozenPages / pages);
}

function limited(threshold: number, max: number): number {
  return max < 0 ? threshold : Math.min(threshold, max);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
