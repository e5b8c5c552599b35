import type { Finding } from '../../core/finding.ts';
import type { History } from '../../core/maintenance-log.ts';
import { Pace } from '../../core/pace.ts';
import { carriedOverInARow } from '../../core/starvation.ts';
import type { Step } from '../../core/step.ts';
import { formatBytes } from '../../core/units.ts';
import type { ServerFacts } from '../../postgres/database.ts';
import { isNamed, type NameFilter } from '../../postgres/name-filter.ts';
import type { Maintenance } from '../../postgres/table-state.ts';
import { maintenanceCommand, rewriteCommand, workPages } from './command.ts';
import { Family } from './family.ts';
import type { VacuumOptions } from './inputs.ts';
import { decideNeeds, type Needs } from './need.ts';
import {
  noSuchTable,
  notOwner,
  refuseIfNothingIsPermitted,
  unseenStatistics,
} from './plan-findings.ts';
import { isSystemSchema, type Relation } from './relations.ts';
import type { Thresholds } from './thresholds.ts';

/** VACUUM, ANALYZE or both on one table. */
export interface PlannedStep extends Step {
  readonly oid: number;
  /** `rewrite`: VACUUM FULL, which the counters of the server do not count. */
  readonly work: Maintenance;
}

/** What the plan depends on beside the tables themselves. */
export interface PlanContext {
  readonly server: ServerFacts;
  readonly thresholds: Thresholds;
  readonly options: VacuumOptions;
  readonly filter: NameFilter;
  readonly history: History;
  readonly hasStandbys: boolean;
}

interface Candidate {
  readonly relation: Relation;
  readonly needs: Needs;
  readonly step: PlannedStep;
  readonly carriedOver: number;
  readonly gainPerSecond: number;
}

/**
 * Makes the plan out of what was read from the server. What nears wraparound comes first,
 * then what is to be rewritten, then what earlier runs carried over, then what gains most
 * in each second.
 */
export function planSteps(
  relations: readonly Relation[],
  context: PlanContext,
): { steps: PlannedStep[]; findings: Finding[] } {
  const { filter, server, options } = context;
  const family = new Family(relations);
  const rewritten = toRewrite(relations, family, options.full);
  const considered = [...new Set([...chosen(relations, family, filter), ...rewritten])];
  const pace = new Pace(context.history);
  const candidates = considered
    .map((relation) => weigh(relation, family, pace, rewritten.has(relation), context))
    .filter((candidate) => candidate !== null)
    .sort(mostUrgentFirst);
  const needy = candidates.map(({ relation }) => relation);
  const ofOthers = notOwner(needy, considered, filter, server);
  if (!filter.isNarrow) refuseIfNothingIsPermitted(considered, ofOthers, server);
  return {
    steps: candidates
      .filter(({ relation }) => relation.mayMaintain)
      .map(({ step }) => step),
    findings: [
      ...[...filter.unmatched(relations), ...missing(options.full, relations)].map(
        noSuchTable,
      ),
      ...ofOthers,
      ...(options.analyze === 'never' ? [] : unseenStatistics(considered, server)),
    ],
  };
}

/** The tables that the filter means; who names a parent means what lies below it too. */
function chosen(
  relations: readonly Relation[],
  family: Family,
  filter: NameFilter,
): Relation[] {
  const matching = relations.filter((table) => filter.matches(table));
  const below = matching.flatMap((relation) => family.descendantsOf(relation));
  return [...new Set([...matching, ...below])].filter((table) => !filter.excludes(table));
}

/** Who names a partitioned table means its leaves, which are all that can be rewritten. */
function toRewrite(
  relations: readonly Relation[],
  family: Family,
  full: readonly string[] | null,
): Set<Relation> {
  const named = relations.filter((one) => full?.some((table) => isNamed(one, table)));
  const files = named.flatMap((one) =>
    one.kind === 'p' ? family.descendantsOf(one) : [one],
  );
  return new Set(files.filter(({ kind }) => kind !== 'p'));
}

function missing(full: readonly string[] | null, relations: readonly Relation[]) {
  return (full ?? []).filter((table) => !relations.some((one) => isNamed(one, table)));
}

function weigh(
  relation: Relation,
  family: Family,
  pace: Pace,
  isRewritten: boolean,
  context: PlanContext,
): Candidate | null {
  const { thresholds, options, history } = context;
  const descendants = family.descendantsOf(relation);
  const leaves = descendants.filter(({ kind }) => kind !== 'p');
  const needs = decideNeeds(relation, thresholds, options, leaves);
  if (!isRewritten && needs.vacuum.length + needs.analyze.length === 0) return null;
  const step = isRewritten
    ? rewriteStep(relation, context)
    : maintenanceStep(relation, needs, descendants, context);
  const gain = [...needs.vacuum, ...needs.analyze].reduce(
    (sum, one) => sum + one.gain,
    0,
  );
  // What is read often profits often; on a scale on which no table crowds out all others.
  const use = 1 + Math.log10(1 + relation.scans);
  return {
    relation,
    needs,
    step,
    carriedOver: carriedOverInARow(relation.id, history),
    gainPerSecond: (gain * use) / pace.predictSeconds(step),
  };
}

function mostUrgentFirst(a: Candidate, b: Candidate): number {
  return (
    Number(b.needs.wraparound) - Number(a.needs.wraparound) ||
    Number(b.step.work === 'rewrite') - Number(a.step.work === 'rewrite') ||
    b.carriedOver - a.carriedOver ||
    // A parent samples its partitions, which is cheaper once they are vacuumed.
    Number(a.relation.kind === 'p') - Number(b.relation.kind === 'p') ||
    b.gainPerSecond - a.gainPerSecond ||
    Number(isSystemSchema(a.relation.schema)) -
      Number(isSystemSchema(b.relation.schema)) ||
    a.relation.id.localeCompare(b.relation.id)
  );
}

function maintenanceStep(
  relation: Relation,
  needs: Needs,
  descendants: readonly Relation[],
  { server, hasStandbys, options }: PlanContext,
): PlannedStep {
  // From version 18 on, both commands go down to all children unless told not to. Below,
  // ANALYZE of a partitioned table does, and locks each partition on the way.
  const only = server.versionNumber >= 180_000 && descendants.length > 0;
  const workBytes = workPages(relation, needs, descendants, only) * server.blockSizeBytes;
  const isGentle = options.throttle === 'gentle';
  const context = { server, hasStandbys, isGentle };
  const work = [
    needs.vacuum.length > 0 && 'vacuum',
    needs.analyze.length > 0 && 'analyze',
  ];
  return {
    id: relation.id,
    oid: relation.oid,
    command: maintenanceCommand(relation, needs, only, workBytes, context),
    why: [...needs.vacuum, ...needs.analyze]
      .map(({ code, figures }) => `${code}: ${figures}`)
      .join('; '),
    work: work.filter(Boolean).join('-') as PlannedStep['work'],
    workBytes,
    ...(relation.usualSeconds !== null && { usualSeconds: relation.usualSeconds }),
    // Each page that is changed may go into the WAL as a whole; an analyze changes few.
    budgetCost: needs.vacuum.length > 0 ? workBytes : 0,
    locks: [relation, ...(only ? [] : descendants)].map(({ id }) => id),
  };
}

function rewriteStep(relation: Relation, { server }: PlanContext): PlannedStep {
  const pages = relation.pages + relation.indexPages + (relation.toast?.pages ?? 0);
  const bytes = Math.max(0, pages) * server.blockSizeBytes;
  return {
    id: relation.id,
    oid: relation.oid,
    command: rewriteCommand(relation, server),
    why: `requested: full rewrites ${formatBytes(bytes)} and needs as much free disk, which the server cannot tell us about; until it ends nobody can read or write the table`,
    work: 'rewrite',
    // Read once and written once.
    workBytes: bytes * 2,
    budgetCost: bytes,
    locks: [relation.id],
  };
}
