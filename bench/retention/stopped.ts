import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { AtWork, Client } from '../clients.ts';
import { database, type Pristine } from '../pristine.ts';
import { counters, expired, left, rows } from './events.ts';
import { ownSessions, sessionsGone } from './watch.ts';

/** How a client comes to its end half way. */
export interface Stop {
  readonly title: string;
  stop(running: AtWork, watcher: pg.Client): unknown;
}

export const stops: readonly Stop[] = [
  { title: 'the client killed (kill -9) at half', stop: (running) => running.kill() },
  {
    title: 'its session ended by the server at half',
    stop: (_, watcher) =>
      watcher.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where ${ownSessions}`,
      ),
  },
];

/** What is there of the work of a client that was stopped. */
export interface Stopped {
  /** What had been deleted for good by then, as far as the server had heard. */
  readonly deletedBefore: number;
  readonly deleted: number;
  readonly youngerLost: number;
  /** From the stop to the end of its last session on the server. */
  readonly goneAfterSeconds: number;
  /** What a second run has deleted in so many seconds. */
  readonly again: {
    readonly deleted: number;
    readonly youngerLost: number;
    readonly seconds: number;
  };
}

/**
 * Stops a client once half of what has expired is gone, and lets it begin again.
 *
 * @param afterMs stops it then, where nothing is to be seen of its work before it is all done
 */
export async function stopAtHalf(
  pristine: Pristine,
  client: Client,
  { stop }: Stop,
  afterMs?: number,
): Promise<Stopped> {
  await using cluster = await pristine.start();
  const watcher = await cluster.connect({ database });
  const order = { port: cluster.port, user: 'postgres', password: '' };
  const running = client.start(order);
  let isOver = false;
  const ended = running.ended.finally(() => {
    isOver = true;
  });
  const deletedBefore = await untilHalf(watcher, () => isOver, afterMs);
  await stop(running, watcher);
  const goneAfterSeconds = await sessionsGone(watcher);
  await ended;
  // An action whose session was ended may have tried with another one.
  await sessionsGone(watcher);
  const between = await left(watcher);
  const begun = performance.now();
  await client.start(order).ended;
  const seconds = (performance.now() - begun) / 1000;
  const after = await left(watcher);
  return {
    deletedBefore,
    deleted: expired - between.expired,
    youngerLost: rows - expired - between.younger,
    goneAfterSeconds,
    again: {
      deleted: between.expired - after.expired,
      youngerLost: rows - expired - after.younger,
      seconds,
    },
  };
}

async function untilHalf(
  watcher: pg.Client,
  isOver: () => boolean,
  afterMs?: number,
): Promise<number> {
  if (afterMs !== undefined) {
    await delay(afterMs);
    return 0;
  }
  while (!isOver()) {
    const { deleted } = await counters(watcher);
    if (deleted >= expired / 2) return deleted;
    await delay(20);
  }
  throw new Error('the client was through before it could be stopped');
}
