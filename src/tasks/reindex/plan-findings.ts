import pg from 'pg';
import { type Finding, finding } from '../../core/finding.ts';
import { Refusal } from '../../core/task.ts';
import { formatBytes, formatCount, formatShare } from '../../core/units.ts';
import type { ServerFacts } from '../../postgres/database.ts';
import { maintenanceGrants } from '../../postgres/privileges.ts';
import { describeEvidence } from './evidence-words.ts';
import type { Index } from './indexes.ts';
import type { Judgement } from './judge.ts';

/** A pattern that matches nothing is a typing error, or an object that is gone. */
export function noSuch(
  what: 'index' | 'table',
  pattern: string,
  { isTable = false } = {},
): Finding {
  const [input, code] =
    what === 'index'
      ? (['indexes', 'no-such-index'] as const)
      : (['tables', 'no-such-table'] as const);
  const none = what === 'index' ? 'no index' : 'no table';
  return finding(
    code,
    pattern,
    `The input ${input} names ${pattern}, and ${none} of this database matches it.`,
    {
      // A typing error in what is to be left out does no harm but that it is not left out.
      ...(pattern.startsWith('!') && { severity: 'medium' }),
      ...(isTable && { remedy: 'That is a table: name it in the input `tables`.' }),
    },
  );
}

/** Whether our role may rebuild an index by its name. */
export function isPermitted({ mayName, table }: Index): boolean {
  return mayName && table.mayReindex;
}

/** Leaving out all indexes of a database would be a green lie. */
export function refuseIfNothingIsPermitted(
  indexes: readonly Index[],
  server: ServerFacts,
): void {
  const refused = indexes.filter((index) => !isPermitted(index));
  if (refused.length === 0 || refused.length < indexes.length) return;
  throw new Refusal(
    'permission-denied',
    `Role ${server.role} may rebuild none of the ${formatCount(refused.length)} indexes of database ${server.database}. ${grantsFor(refused, server)}.`,
    { findings: notOwner(refused, true, server) },
  );
}

/** Folds the indexes that our role may not rebuild: those of others, and those it cannot name. */
export function notOwner(
  refused: readonly Index[],
  isGrave: boolean,
  server: ServerFacts,
): Finding[] {
  const { role } = server;
  const foreign = refused.filter(({ table }) => !table.mayReindex);
  const unnamed = refused.filter(({ table }) => table.mayReindex);
  const fold = (indexes: readonly Index[], why: string): Finding[] => {
    if (indexes.length === 0) return [];
    const count =
      indexes.length === 1 ? '1 index' : `${formatCount(indexes.length)} indexes`;
    const bytes = formatBytes(indexes.reduce((sum, one) => sum + (one.bytes ?? 0), 0));
    const names = indexes.map(({ id, table }) =>
      table.oid === table.ownerOid ? id : `${id} of ${table.ownerId}`,
    );
    return [
      finding(
        'not-owner',
        `role ${role}`,
        `Role ${role} may not rebuild ${count} (${bytes}) that are bloated, or of which it may not know: ${listed(names)}. ${why} They were left out of the plan.`,
        { severity: isGrave ? 'high' : 'low', remedy: grantsFor(indexes, server) },
      ),
    ];
  };
  const owners = listed([...new Set(foreign.map(({ table }) => table.owner))]);
  const schemas = listed([...new Set(unnamed.map(({ schema }) => schema))]);
  return [
    ...fold(foreign, `Their tables are owned by ${owners}.`),
    ...fold(unnamed, `It owns their tables, but may not use the schema ${schemas}.`),
  ];
}

/** What to run so that our role may rebuild these indexes. */
function grantsFor(
  refused: readonly Index[],
  { role, versionNumber }: ServerFacts,
): string {
  const foreign = refused.filter(({ table }) => !table.mayReindex);
  const owners = new Map(
    foreign.map(({ table }) => [
      table.owner,
      { name: table.owner, isSuperuser: table.ownerIsSuperuser },
    ]),
  );
  const schemas = new Set(
    refused.filter(({ mayName }) => !mayName).map(({ schema }) => schema),
  );
  const grants = [
    ...(foreign.length > 0
      ? maintenanceGrants(versionNumber, [...owners.values()], role)
      : []),
    ...[...schemas].map(
      (schema) =>
        `grant usage on schema ${pg.escapeIdentifier(schema)} to ${pg.escapeIdentifier(role)}`,
    ),
  ];
  return grants.length > 0
    ? `Run: ${grants.join('; ')}`
    : 'Their owner is a superuser: connect as one, or leave these indexes alone';
}

/** Folds what is bloated and over `max-size` into one finding, the largest first. */
export function overMaxSize(tooLarge: readonly Judgement[], maxBytes: number): Finding[] {
  const largestFirst = tooLarge.toSorted(
    (a, b) => (b.index.bytes ?? 0) - (a.index.bytes ?? 0),
  );
  const [first] = largestFirst;
  if (!first) return [];
  const bytes = largestFirst.reduce((sum, { index }) => sum + (index.bytes ?? 0), 0);
  const names = largestFirst
    .slice(0, 10)
    .map(({ index, evidence }) =>
      [
        `${index.id} (${formatBytes(index.bytes ?? 0)}`,
        evidence && `${formatShare(evidence.bloat)} bloat`,
      ]
        .filter(Boolean)
        .join(', ')
        .concat(')'),
    );
  const more = largestFirst.length > 10 ? ` and ${largestFirst.length - 10} more` : '';
  return [
    finding(
      'over-max-size',
      largestFirst.length === 1 ? first.index.id : `${largestFirst.length} indexes`,
      `Bloated, and over max-size (${formatBytes(maxBytes)}), ${formatBytes(bytes)} in all: ${names.join(', ')}${more}.`,
    ),
  ];
}

/** Who may MAINTAIN may rebuild, and not drop what is left when that is broken off. */
export function mayNotDrop(planned: readonly Index[], { role }: ServerFacts): Finding[] {
  const foreign = planned.filter(({ mayDrop }) => !mayDrop);
  if (foreign.length === 0) return [];
  const owners = [...new Set(foreign.map(({ table }) => table.owner))];
  return [
    finding(
      'not-owner',
      `role ${role}`,
      `Role ${role} may rebuild ${listed(foreign.map(({ id }) => id))}, but not drop what a rebuild leaves that is broken off: only the owner may. While such a leftover is there, the index is not rebuilt again.`,
      { remedy: `Connect as ${listed(owners)}, or as a member of that role.` },
    ),
  ];
}

/** A rebuild now would take over the entries of rows that a vacuum removes: it wins little. */
export function deadRows(indexes: readonly Index[]): Finding[] {
  const tables = new Map(indexes.map(({ table }) => [table.id, table]));
  return [...tables.values()]
    .filter(({ deadTuples, liveTuples }) => deadTuples > Math.max(1000, 0.2 * liveTuples))
    .map(({ id, deadTuples, liveTuples }) =>
      finding(
        'vacuum-first',
        id,
        `${formatCount(deadTuples)} rows of ${id} have died and were not vacuumed yet (${formatCount(liveTuples)} were alive at the last count). Their entries count as used: the bloat of its indexes shows after a vacuum.`,
        {
          severity: 'low',
          remedy: `Run: vacuum (analyze) ${id}; or the action vacuum, and then this one`,
        },
      ),
    );
}

/** One finding for each table whose indexes are left alone until it is vacuumed. */
export function vacuumFirst(judgements: readonly Judgement[]): Finding[] {
  const byTable = Map.groupBy(judgements, ({ index }) => index.table.id);
  return [...byTable].map(([table, affected]) =>
    finding(
      'vacuum-first',
      table,
      `${table} is due for an anti-wraparound vacuum, which a rebuild would keep waiting; not rebuilt: ${listed(affected.map(({ index }) => index.id))}.`,
      { remedy: `Run: vacuum (freeze) ${table}` },
    ),
  );
}

/** Why an index can never be rebuilt concurrently; null where it can. */
export function whyNotConcurrently({ isExclusion, table }: Index): string | null {
  if (table.isCatalog) return 'it belongs to a system catalog';
  return isExclusion ? 'it backs an exclusion constraint' : null;
}

/** Reports an index that cannot be rebuilt concurrently. */
export function notSupported({ index, evidence }: Judgement, isNamed: boolean): Finding {
  const why = whyNotConcurrently(index) ?? '';
  const known = evidence ? ` It has ${describeEvidence(evidence)}.` : '';
  return finding(
    'not-supported-concurrently',
    index.id,
    `${index.id} cannot be rebuilt concurrently: ${why}.${known}`,
    {
      ...(isNamed && { severity: 'high' }),
      remedy: `When nobody needs ${index.table.id}, run: reindex index ${index.id}`,
    },
  );
}

function listed(names: readonly string[], max = 10): string {
  const sorted = names.toSorted();
  const more = sorted.length > max ? ` and ${formatCount(sorted.length - max)} more` : '';
  return sorted.slice(0, max).join(', ') + more;
}
