import { type Finding, finding } from '../../core/finding.ts';
import type { Step } from '../../core/step.ts';
import { Refusal } from '../../core/task.ts';
import type { ServerFacts } from '../../postgres/database.ts';
import { maintenanceGrant } from '../../postgres/privileges.ts';
import { Family } from './family.ts';
import type { VacuumOptions } from './inputs.ts';
import { decideNeeds, type Needs } from './need.ts';
import type { Heap, Relation } from './relations.ts';
import type { TableFilter } from './table-filter.ts';
import type { Thresholds } from './thresholds.ts';

/** VACUUM, ANALYZE or both on one table. */
export interface VacuumStep extends Step {
  readonly oid: number;
  readonly vacuums: boolean;
  readonly analyzes: boolean;
}

interface Candidate {
  readonly relation: Relation;
  readonly needs: Needs;
  readonly urgency: number;
}

/** ANALYZE reads 300 rows, each from another page, per unit of the statistics target. */
const analyzedPages = 300 * 100;

/** Makes the plan out of what was read from the server: what is due, most urgent first. */
export function planSteps(
  relations: readonly Relation[],
  thresholds: Thresholds,
  options: VacuumOptions,
  filter: TableFilter,
  server: ServerFacts,
): { steps: VacuumStep[]; findings: Finding[] } {
  const family = new Family(relations);
  const considered = chosen(relations, family, filter);
  refuseIfNothingIsPermitted(considered, server);
  const candidates = considered
    .map((relation) => weigh(relation, family, thresholds, options))
    .filter(({ needs }) => needs.vacuum.length > 0 || needs.analyze.length > 0)
    .sort(mostUrgentFirst);
  return {
    steps: candidates
      .filter(({ relation }) => relation.mayMaintain)
      .map((candidate) => toStep(candidate, family, server)),
    findings: [
      ...filter.unmatched(relations).map(noSuchTable),
      ...notOwner(candidates, filter, server),
      ...(options.analyze === 'never' ? [] : unseenStatistics(considered, server)),
    ],
  };
}

/** The tables that the filter means; who names a parent means what lies below it too. */
function chosen(
  relations: readonly Relation[],
  family: Family,
  filter: TableFilter,
): Relation[] {
  const matching = relations.filter(({ schema, name }) => filter.matches(schema, name));
  const below = matching.flatMap((relation) => family.descendantsOf(relation));
  return [...new Set([...matching, ...below])].filter(
    ({ schema, name }) => !filter.excludes(schema, name),
  );
}

/** Leaving out some tables is a finding; leaving out all of them would be a green lie. */
function refuseIfNothingIsPermitted(
  considered: readonly Relation[],
  server: ServerFacts,
): void {
  if (considered.length === 0 || considered.some(({ mayMaintain }) => mayMaintain))
    return;
  const owners = [...new Set(considered.map(({ owner }) => owner))];
  throw new Refusal(
    'permission-denied',
    `Role ${server.role} may vacuum none of the ${considered.length} tables of database ${server.database}. ${maintenanceGrant(server.versionNumber, owners, server.role)}.`,
  );
}

function weigh(
  relation: Relation,
  family: Family,
  thresholds: Thresholds,
  options: VacuumOptions,
): Candidate {
  const leaves = family.descendantsOf(relation).filter(({ kind }) => kind !== 'p');
  const needs = decideNeeds(relation, thresholds, options, leaves);
  const urgencies = [...needs.vacuum, ...needs.analyze].map(({ urgency }) => urgency);
  return { relation, needs, urgency: Math.max(0, ...urgencies) };
}

function mostUrgentFirst(a: Candidate, b: Candidate): number {
  return (
    Number(b.needs.wraparound) - Number(a.needs.wraparound) ||
    // A parent samples its partitions, which is cheaper once they are vacuumed.
    Number(a.relation.kind === 'p') - Number(b.relation.kind === 'p') ||
    b.urgency - a.urgency ||
    a.relation.id.localeCompare(b.relation.id)
  );
}

function toStep(
  { relation, needs }: Candidate,
  family: Family,
  server: ServerFacts,
): VacuumStep {
  const descendants = family.descendantsOf(relation);
  const vacuums = needs.vacuum.length > 0;
  const analyzes = needs.analyze.length > 0;
  // From version 18 on, both commands would go down to inheritance children.
  const only = server.versionNumber >= 180_000 && descendants.length > 0;
  return {
    id: relation.id,
    oid: relation.oid,
    command: [verb(needs), only && 'ONLY', relation.id].filter(Boolean).join(' '),
    why: [...needs.vacuum, ...needs.analyze]
      .map(({ code, figures }) => `${code}: ${figures}`)
      .join('; '),
    vacuums,
    analyzes,
    workBytes: workPages(relation, needs, descendants) * server.blockSizeBytes,
    locks: [relation, ...(only ? [] : descendants)].map(({ id }) => id),
  };
}

function verb({ vacuum, analyze, freeze }: Needs): string {
  if (vacuum.length === 0) return 'ANALYZE';
  const options = [freeze && 'FREEZE', analyze.length > 0 && 'ANALYZE'].filter(Boolean);
  return options.length > 0 ? `VACUUM (${options.join(', ')})` : 'VACUUM';
}

/** Pages that the command will read. A vacuum skips the all-visible ones, a freeze none. */
function workPages(
  relation: Relation,
  needs: Needs,
  descendants: readonly Relation[],
): number {
  const scanned = (heap: Heap) =>
    heap.pages - (needs.freeze ? (heap.allFrozenPages ?? 0) : heap.allVisiblePages);
  let pages = 0;
  if (needs.vacuum.length > 0) {
    pages += scanned(relation) + (relation.toast ? scanned(relation.toast) : 0);
    if (needs.vacuum.some(({ code }) => code === 'dead-tuples')) {
      pages += relation.indexPages;
    }
  }
  if (needs.analyze.length > 0) {
    const sampled = [relation, ...descendants].map(({ pages: all }) => all);
    pages += Math.min(
      analyzedPages,
      sampled.reduce((total, all) => total + all, 0),
    );
  }
  return Math.max(0, pages);
}

function noSuchTable(pattern: string): Finding {
  return finding(
    'no-such-table',
    pattern,
    `The input tables names ${pattern}, and no table of this database matches it.`,
  );
}

function notOwner(
  candidates: readonly Candidate[],
  filter: TableFilter,
  server: ServerFacts,
): Finding[] {
  const refused = candidates
    .map(({ relation }) => relation)
    .filter(({ mayMaintain }) => !mayMaintain);
  if (refused.length === 0) return [];
  const named = refused.some(({ schema, name }) => filter.names(schema, name));
  const ids = refused.map(({ id }) => id);
  const shown = ids.slice(0, 10).join(', ') + (ids.length > 10 ? ', …' : '');
  const owners = [...new Set(refused.map(({ owner }) => owner))];
  const tables = ids.length === 1 ? '1 table needs' : `${ids.length} tables need`;
  return [
    finding(
      'not-owner',
      `role ${server.role}`,
      `${tables} work that role ${server.role} may not do (owned by ${owners.slice(0, 5).join(', ')}${owners.length > 5 ? ', …' : ''}): ${shown}. They were left out of the plan.`,
      {
        severity: named ? 'high' : 'low',
        remedy: maintenanceGrant(server.versionNumber, owners, server.role),
      },
    ),
  ];
}

/** A few system tables are kept from all but superusers; autovacuum analyzes those. */
function unseenStatistics(
  considered: readonly Relation[],
  { role }: ServerFacts,
): Finding[] {
  const unseen = considered.filter(
    ({ mayMaintain, lacksStatistics, schema }) =>
      mayMaintain &&
      lacksStatistics === null &&
      !['pg_catalog', 'information_schema'].includes(schema),
  );
  const [first] = unseen;
  if (!first) return [];
  const tables =
    unseen.length === 1 ? first.id : `${unseen.length} tables, such as ${first.id}`;
  return [
    finding(
      'not-checked',
      'missing statistics',
      `Whether statistics are missing is not known of ${tables}: role ${role} may not read them.`,
      {
        remedy: `Run: grant pg_read_all_data to "${role}", or grant select on these tables.`,
      },
    ),
  ];
}
