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
): Promise<Objection[]> {
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
  return [...objections, ...(await objectionsToArchive(policy, table, target, run))];
}

/** Looks into the archive, so that a wrong key is found before the first row is read. */
async function objectionsToArchive(
  { archive }: Policy,
  { id }: PolicyTable,
  target: RetentionTarget,
  run: Run,
): Promise<Objection[]> {
  if (!archive) return [];
  const { bucket, prefix } = archive;
  try {
    const store = await target.store(bucket);
    const database = await databaseIdentity(target.database);
    await store.list(notesPrefix({ prefix, table: id, database }), {
      signal: run.signal,
    });
    return [];
  } catch (error) {
    run.signal.throwIfAborted();
    return [archiveUnreachable(id, formatS3Url(bucket, prefix), messageOf(error))];
  }
}

/** Counts what deleting the expired rows would delete or change in other tables. */
export async function objectionsToCascades(
  { policy, table, keys }: Pick<Planned, 'policy' | 'table' | 'keys'>,
  { alias, expired }: Scope,
  session: Session,
  run: Run,
): Promise<Objection[]> {
  if (policy.cascade === 'allow') return [];
  const objections: Objection[] = [];
  for (const cascade of await findCascades(session, keys)) {
    const sql = fanOutSql(cascade, { id: table.id, alias, expired });
    const timeoutMs = run.window.timeLeftMs();
    const [row] = await session.limitedQuery<{ rows: number }>(sql, [], timeoutMs);
    const objection = objectionToCascade(policy, cascade, row?.rows ?? 0);
    if (objection) objections.push(objection);
  }
  return objections;
}
