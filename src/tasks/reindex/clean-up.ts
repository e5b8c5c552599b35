import type { Finding } from '../../core/finding.ts';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import type { Database } from '../../postgres/database.ts';
import { describeLockHolders } from '../../postgres/lock-holders.ts';
import { sqlstate, sqlstateOf } from '../../postgres/sqlstate.ts';
import {
  dropCommand,
  type Leftover,
  readLeftovers,
  stillThere,
  unknownLeftover,
} from './leftovers.ts';
import type { Rebuild } from './plan.ts';
import type { ReindexTarget } from './target.ts';

/** Once the run was told to stop, the report still has to be written before it is killed. */
const afterAbortMs = 2500;
const usuallyMs = 10_000;

/** What is still there after a rebuild that was broken off. */
export interface CleanedUp {
  /** Whether the new index has taken the place of the old one all the same. */
  readonly isSwapped: boolean;
  readonly isUnclean: boolean;
  /** What could not be dropped, and why. */
  readonly left: string | null;
  readonly findings: readonly Finding[];
}

/** Drops what the rebuild has left. */
export async function cleanUp(
  { index }: Rebuild,
  { database, memory }: ReindexTarget,
  run: Run,
): Promise<CleanedUp> {
  try {
    const leftovers = await leftoversOf(index, memory.others, database);
    const left = await dropLeftovers(leftovers, database, run);
    const stays = [...left].map(
      ([{ id }, why]) => `${id} could not be dropped at once (${why})`,
    );
    // A run that goes on tries again in the end, and reports then.
    const isOver = run.signal.aborted && left.size > 0;
    return {
      isSwapped: leftovers.some(({ kind }) => kind === 'ccold'),
      isUnclean: isOver,
      left: stays.length > 0 ? stays.join('; ') : null,
      findings: isOver ? [...left].map(stillThere) : [],
    };
  } catch (error) {
    return {
      isSwapped: false,
      isUnclean: true,
      left: `whether it has left anything could not be looked up (${messageOf(error)})`,
      findings: [unknownLeftover(index, messageOf(error))],
    };
  }
}

/** Drops leftovers, and says of those that are still there why. */
export async function dropLeftovers(
  leftovers: readonly Leftover[],
  database: Database,
  run: Run,
): Promise<Map<Leftover, string>> {
  const left = new Map<Leftover, string>();
  for (const leftover of leftovers) {
    const error = await drop(leftover, database, run);
    if (error !== null) left.set(leftover, error);
  }
  return left;
}

/** What a rebuild of an index has left, as far as it was not there before. */
export async function leftoversOf(
  index: { oid: number; table: { oid: number } },
  others: readonly number[],
  database: Database,
): Promise<Leftover[]> {
  const leftovers = await readLeftovers(database, index.table.oid);
  return leftovers.filter(
    ({ oid, ofOids }) => ofOids.includes(index.oid) && !others.includes(oid),
  );
}

/** Drops one that is still what it was, and returns null; else why it is still there. */
async function drop(
  leftover: Leftover,
  database: Database,
  run: Run,
): Promise<string | null> {
  try {
    const now = await readLeftovers(database, leftover.tableOid);
    const current = now.find(({ oid, id }) => oid === leftover.oid && id === leftover.id);
    if (!current) return null;
    if (current.isLocked) return 'somebody is at work on it';
    if (!current.mayDrop) return 'only its owner may drop it';
    await using held = await database.session();
    run.log.info(`  ${dropCommand(leftover)}`);
    await held.session.command(dropCommand(leftover), cleanUpMs(run));
    return null;
  } catch (error) {
    const waited: (string | undefined)[] = [
      sqlstate.lockNotAvailable,
      sqlstate.queryCanceled,
    ];
    if (!waited.includes(sqlstateOf(error))) return messageOf(error);
    const holders = await describeLockHolders(database, leftover.tableOid, true).catch(
      () => null,
    );
    return holders === null ? messageOf(error) : `its table is in use: ${holders}`;
  }
}

/** The reserve of the window is there for this. */
function cleanUpMs({ signal, window }: Run): number {
  if (signal.aborted) return afterAbortMs;
  const leftMs = window.deadline ? window.deadline.getTime() - Date.now() : usuallyMs;
  return Math.max(1000, Math.min(usuallyMs, leftMs));
}
