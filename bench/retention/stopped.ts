import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import type { AtWork, Client } from '../clients.ts';
import { database } from '../pristine.ts';
import { action, limitLoop, runbook } from './deleters.ts';
import { counters, type Events, type Gone, gone } from './events.ts';
import { ownSessions, sessionsGone } from './watch.ts';

/** How a client comes to its end half way. */
export interface Stop {
  readonly title: string;
  readonly clients: readonly Client[];
  stop(running: AtWork, watcher: pg.Client): unknown;
}

export const stops: readonly Stop[] = [
  {
    title: 'the client killed (kill -9) at half',
    clients: [action, runbook, limitLoop],
    stop: (running) => running.kill(),
  },
  {
    title: 'its session ended by the server at half',
    clients: [action, runbook],
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
  readonly gone: Gone;
  /** From the stop to the end of its last session on the server. */
  readonly goneAfterSeconds: number;
  /** How long a second run took, and what was gone after both. */
  readonly againSeconds: number;
  readonly goneInTheEnd: Gone;
}

/**
 * Stops a client once half of what has expired is gone, and lets it begin again.
 *
 * @param afterMs stops it then, where nothing is to be seen of its work before it is all done
 */
export async function stopAtHalf(
  events: Events,
  client: Client,
  { stop }: Stop,
  afterMs?: number,
): Promise<Stopped> {
  await using cluster = await events.start();
  const watcher = await cluster.connect({ database });
  const order = { port: cluster.port, user: 'postgres', password: '' };
  const running = client.start(order);
  let isOver = false;
  const ended = running.ended.finally(() => {
    isOver = true;
  });
  if (afterMs !== undefined) await delay(afterMs);
  const half = afterMs === undefined ? events.table.expired / 2 : 0;
  const deletedBefore = await untilDeleted(half, watcher, () => isOver);
  await stop(running, watcher);
  const goneAfterSeconds = await sessionsGone(watcher);
  await ended;
  // An action whose session was ended may have tried with another one.
  await sessionsGone(watcher);
  const between = await gone(watcher, events.table);
  const begun = performance.now();
  await client.start(order).ended;
  const againSeconds = (performance.now() - begun) / 1000;
  return {
    deletedBefore,
    gone: between,
    goneAfterSeconds,
    againSeconds,
    goneInTheEnd: await gone(watcher, events.table),
  };
}

async function untilDeleted(
  rows: number,
  watcher: pg.Client,
  isOver: () => boolean,
): Promise<number> {
  while (!isOver()) {
    const { deleted } = await counters(watcher);
    if (deleted >= rows) return deleted;
    await delay(20);
  }
  throw new Error('the client was through before it could be stopped');
}
