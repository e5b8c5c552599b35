import type { Run } from '../../core/run.ts';
import type { Session } from '../../postgres/session.ts';
import { timescaleSchema } from './chunks.ts';
import { detachesConcurrently, detachSql, dropChunkSql } from './commands.ts';
import type { Deletion } from './deletion.ts';
import { type Stop, untilClear } from './gate.ts';
import type { Part } from './parts.ts';
import { withShortLocks } from './short-locks.ts';
import type { StepContext } from './step-context.ts';

/** What has to be done around the dropping of a part. */
export interface Around {
  /** In the transaction that drops it, before that locks anything. */
  lastLook(session: Session): Promise<void>;
  /** Once it is dropped. */
  settle(): Promise<void>;
  /** Where it was not. */
  discard(): Promise<void>;
  /** Whether an error only means that the part stays for now. */
  stopFor(error: unknown): Stop | null;
}

/** Prepares a part to be dropped; null where nothing has to be done around it. */
export type BeforeDrop = (part: Part) => Promise<Around | null>;

/**
 * Drops or detaches the parts of a table that have expired, each in a transaction of its
 * own. Says why it stopped where it did not come to the end.
 */
export async function dropParts(
  context: StepContext,
  before: BeforeDrop,
): Promise<Stop | null> {
  const { deletion, target, run, tally } = context;
  const { parts, method, figures } = deletion;
  for (const part of parts.toDrop) {
    const stop = await untilClear(part, target, run);
    if (stop) return stop;
    const around = await before(part);
    const begunMs = performance.now();
    const left = await tryToDrop(part, around, context);
    if (left) return left;
    const rows = part.heaps.reduce((sum, oid) => sum + (figures.rowsOf.get(oid) ?? 0), 0);
    const seconds = (performance.now() - begunMs) / 1000;
    tally.addPart(rows, seconds, method === 'detach-partitions');
    await around?.settle();
    run.log.info(`  ${part.id}: gone`);
  }
  return null;
}

async function tryToDrop(
  part: Part,
  around: Around | null,
  { deletion, session, target, run }: StepContext,
): Promise<Stop | null> {
  const drop = () => dropOne(part, deletion, around, session, run);
  try {
    const locked = await withShortLocks(deletion.table.oid, drop, session, target, run);
    if (locked) await around?.discard();
    return locked;
  } catch (error) {
    await around?.discard();
    const stop = around?.stopFor(error);
    if (stop) return stop;
    throw error;
  }
}

async function dropOne(
  part: Part,
  { table, method, parts }: Deletion,
  around: Around | null,
  session: Session,
  run: Run,
): Promise<void> {
  const timeoutMs = run.window.timeLeftMs();
  if (method === 'detach-partitions') {
    const isDetachPending = await isPending(session, part);
    const now = { ...part, isDetachPending };
    await session.command(detachSql(table, now, detachesConcurrently(parts)), timeoutMs);
    return;
  }
  const isChunk = method === 'drop-chunks';
  const sql = isChunk
    ? dropChunkSql(table, part, await timescaleSchema(session))
    : `DROP TABLE ${part.id}`;
  await session.transaction(async () => {
    await around?.lastLook(session);
    // The table before its parts, as all who read it do: else two could wait for each other.
    await session.query(`lock table only ${table.id} in access exclusive mode`);
    const { length } = await session.limitedQuery(sql, [], timeoutMs);
    // It passes over what it may not drop, and reports success.
    if (isChunk && length === 0) {
      throw new Error(`drop_chunks did not drop ${part.id}: ${sql}`);
    }
  });
}

/** An attempt that was broken off leaves the partition half detached. */
async function isPending(session: Session, { oid }: Part): Promise<boolean> {
  const [row] = await session.query<{ pending: boolean }>(
    'select inhdetachpending as pending from pg_inherits where inhrelid = $1',
    [oid],
  );
  return row?.pending === true;
}
