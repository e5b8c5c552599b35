import type { Run } from '../../core/run.ts';
import type { Session } from '../../postgres/session.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import { timescaleSchema } from './chunks.ts';
import { detachesConcurrently, detachSql, dropSql } from './commands.ts';
import type { Deletion } from './deletion.ts';
import { type Stop, untilClear } from './gate.ts';
import type { Part } from './parts.ts';
import { PartChanged, throwIfOther } from './same-part.ts';
import { withShortLocks } from './short-locks.ts';
import type { StepContext } from './step-context.ts';

/** What has to be done around the dropping of a part. */
export interface Around {
  /** Drops it in a transaction in which more is looked at. */
  transaction(session: Session, drop: () => Promise<void>): Promise<void>;
  /** Once it is dropped. */
  settle(): Promise<void>;
  /** Where it was not, or nobody knows. */
  discardAfter(error: unknown): Promise<void>;
}

/** Prepares a part to be dropped; null where nothing has to be done around it. */
export type BeforeDrop = (part: Part) => Promise<Around | Stop | null>;

/** What came of dropping the parts of a table. */
export interface Dropped {
  /** Why it stopped before the end; null where it came to it. */
  readonly stop: Stop | null;
  /** Parts that have changed since they were planned: they stay for now. */
  readonly changed: readonly string[];
  /** What keeps parts from being dropped at all, such as a view. */
  readonly failures: readonly string[];
}

/**
 * Drops or detaches the parts of a table that have expired, each in a transaction of its
 * own. What keeps one of them keeps no other.
 */
export async function dropParts(
  context: StepContext,
  before: BeforeDrop,
): Promise<Dropped> {
  const { deletion, target, run } = context;
  const failures: string[] = [];
  const changed: string[] = [];
  for (const part of deletion.parts.toDrop) {
    const stop = (await untilClear(part, target, run)) ?? (await dropNext(part));
    if (stop) return { stop, changed, failures };
  }
  return { stop: null, changed, failures };

  async function dropNext(part: Part): Promise<Stop | null> {
    const around = await before(part);
    if (around && 'because' in around) return around;
    try {
      return await tryToDrop(part, around, context);
    } catch (error) {
      if (error instanceof PartChanged) {
        changed.push(error.message);
        return null;
      }
      if (sqlstateOf(error) !== sqlstate.dependentObjects) throw error;
      const { message, detail } = error as { message: string; detail?: string };
      failures.push([message, detail].filter(Boolean).join(': '));
      return null;
    }
  }
}

async function tryToDrop(
  part: Part,
  around: Around | null,
  { deletion, session, target, run, tally }: StepContext,
): Promise<Stop | null> {
  const { table, method, figures } = deletion;
  const begunMs = performance.now();
  const drop = () => dropOne(part, deletion, around, session, run);
  try {
    const locked = await withShortLocks(table, drop, session, target, run);
    if (locked) {
      await around?.discardAfter(null);
      return locked;
    }
  } catch (error) {
    await around?.discardAfter(error);
    throw error;
  }
  const seconds = (performance.now() - begunMs) / 1000;
  tally.droppedParts++;
  for (const oid of part.heaps) {
    const rows = figures.expiredOf.get(oid) ?? 0;
    tally.addPart(oid, rows, seconds, method === 'detach-partitions');
  }
  await around?.settle();
  run.log.info(`  ${part.id}: gone`);
  return null;
}

async function dropOne(
  part: Part,
  deletion: Deletion,
  around: Around | null,
  session: Session,
  run: Run,
): Promise<void> {
  const { table, method, parts, keys } = deletion;
  const timeoutMs = run.window.timeLeftMs();
  if (method === 'detach-partitions') {
    await throwIfOther(session, table, part, method);
    const isDetachPending = await isPending(session, part);
    const now = { ...part, isDetachPending };
    await session.command(detachSql(table, now, detachesConcurrently(parts)), timeoutMs);
    return;
  }
  const isChunk = method === 'drop-chunks';
  const schema = isChunk ? await timescaleSchema(session) : '';
  const drop = async () => {
    // The table before its parts, as all who read it do: else two could wait for each other.
    await session.query(`lock table only ${table.id} in access exclusive mode`);
    await throwIfOther(session, table, part, method);
    for (const sql of dropSql(table, part, method, keys.length > 0, schema)) {
      const { length } = await session.limitedQuery(sql, [], timeoutMs);
      // It passes over what it may not drop, and reports success.
      if (isChunk && length === 0) {
        throw new Error(`drop_chunks did not drop ${part.id}: ${sql}`);
      }
    }
  };
  await (around ? around.transaction(session, drop) : session.transaction(drop));
}

/** An attempt that was broken off leaves the partition half detached. */
async function isPending(session: Session, { oid }: Part): Promise<boolean> {
  const [row] = await session.query<{ pending: boolean }>(
    'select inhdetachpending as pending from pg_inherits where inhrelid = $1',
    [oid],
  );
  return row?.pending === true;
}
