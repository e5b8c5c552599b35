import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import type { Session } from '../../postgres/session.ts';
import { formatS3Url } from '../../s3/s3-url.ts';
import { databaseIdentity } from './archive/open.ts';
import { notesPrefix } from './archive/places.ts';
import type { Cutoff } from './cutoff.ts';
import type { Division } from './division.ts';
import type { Scope } from './figures.ts';
import { fanOutSql, findCascades, type ReferencingKey } from './foreign-keys.ts';
import {
  archiveUnreachable,
  type Objection,
  objectionsToDeleting,
  objectionsToDetaching,
  objectionsToDropping,
  objectionsToHeaps,
  objectionToCascade,
} from './guards.ts';
import type { Heap } from './heaps.ts';
import { objectionsToChunks } from './hypertable-guards.ts';
import type { ChosenMethod } from './method.ts';
import type { Policy } from './policies.ts';
import type { PolicyTable } from './policy-table.ts';
import type { RetentionTarget } from './target.ts';

interface Planned {
  readonly policy: Policy;
  readonly table: PolicyTable;
  readonly method: ChosenMethod;
  readonly cutoff: Cutoff;
  readonly division: Division;
  readonly heaps: readonly Heap[];
  readonly keys: readonly ReferencingKey[];
}

/** What speaks against a policy, as far as that can be told before anything is counted. */
export async function objectionsBeforeCounting(
  { policy, table, method, cutoff, division, heaps, keys }: Planned,
  target: RetentionTarget,
  run: Run,
): Promise<{ objections: Objection[]; hasUnsettled: boolean }> {
  const { database } = target;
  const { role } = database.server;
  const { parts, choice, walked } = division;
  const objections = objectionsToHeaps(policy, heaps, walked, role);
  if (method !== 'delete') objections.push(...objectionsToDropping(table, role));
  if (walked.length > 0) {
    // Also what a cascade deletes from may be referenced, on all levels.
    const cascades = await findCascades(database, keys);
    const all = [...keys, ...cascades.flatMap(({ path }) => path)];
    objections.push(...objectionsToDeleting(policy, table, [...new Set(all)]));
  }
  if (method === 'detach-partitions') {
    objections.push(...objectionsToDetaching(policy, table, parts, choice.toDrop));
  }
  if (table.kind === 'hypertable') {
    objections.push(
      ...(await objectionsToChunks(database, table, policy, cutoff, method, parts)),
    );
  }
  const archive = await lookIntoArchive(policy, table, target, run);
  return {
    objections: [...objections, ...archive.objections],
    hasUnsettled: archive.hasUnsettled,
  };
}

/** Looks into the archive, so that a wrong key is found before the first row is read. */
async function lookIntoArchive(
  { archive }: Policy,
  { id }: PolicyTable,
  target: RetentionTarget,
  run: Run,
): Promise<{ objections: Objection[]; hasUnsettled: boolean }> {
  if (!archive) return { objections: [], hasUnsettled: false };
  const { bucket, prefix } = archive;
  try {
    const store = await target.store(bucket);
    const database = await databaseIdentity(target.database);
    const place = { prefix, table: id, database };
    const notes = await store.list(notesPrefix(place), { signal: run.signal });
    return { objections: [], hasUnsettled: notes.length > 0 };
  } catch (error) {
    run.signal.throwIfAborted();
    const url = formatS3Url(bucket, prefix);
    return {
      objections: [archiveUnreachable(id, url, messageOf(error))],
      hasUnsettled: false,
    };
  }
}

/** Counts what deleting the expired rows would delete or change in other tables. */
export async function objectionsToCascades(
  { policy, table, keys }: Pick<Planned, 'policy' | 'table' | 'keys'>,
  { alias, expired }: Scope,
  session: Session,
  { database }: RetentionTarget,
  run: Run,
): Promise<Objection[]> {
  if (policy.cascade === 'allow') return [];
  const objections: Objection[] = [];
  for (const cascade of await findCascades(database, keys)) {
    const sql = fanOutSql(cascade, { id: table.id, alias, expired });
    const timeoutMs = run.window.timeLeftMs();
    const [row] = await session.limitedQuery<{ rows: number }>(sql, [], timeoutMs);
    const objection = objectionToCascade(policy, cascade, row?.rows ?? 0);
    if (objection) objections.push(objection);
  }
  return objections;
}
