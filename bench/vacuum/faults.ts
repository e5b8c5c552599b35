import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../../test/rig/postgres.ts';
import type { Client } from '../clients.ts';
import { database, type Pristine } from '../pristine.ts';
import { type Attempt, attempt, type Fault, patienceSeconds } from './attempt.ts';
import { keeper, needyTables } from './tables.ts';

const victim = needyTables[0];
const lockTimeout = '2s';

interface Case {
  readonly title: string;
  readonly fault: Fault;
  /** The needy tables that can be done at all. */
  readonly possible: readonly string[];
  /** Says how long the server went on without its client. */
  readonly tellsBackend?: true;
}

/** The faults, of which one takes a window of so many milliseconds. */
export function faultCases(windowMs: number): Case[] {
  const all = needyTables;
  const others = all.filter((name) => name !== victim);
  return [
    {
      title: `${victim} locked for good, lock timeout ${lockTimeout}`,
      fault: { order: { lockTimeout }, prepare: lock },
      possible: others,
    },
    {
      title: `${victim} locked for 5 s, lock timeout ${lockTimeout}`,
      fault: { order: { lockTimeout }, prepare: lockForFiveSeconds },
      possible: all,
    },
    {
      title: `${victim} owned by somebody else, the client no superuser`,
      fault: { order: keeper, prepare: giveAway },
      possible: others,
    },
    {
      title: `the window ends after ${(windowMs / 1000).toFixed(1)} s`,
      fault: { order: { windowMs } },
      possible: all,
    },
    {
      title: 'the client killed 1 s after its first vacuum began, vacuum slowed down',
      fault: { prepare: slowDown, killAfterMs: 1000 },
      possible: all,
      tellsBackend: true,
    },
  ];
}

/** Runs one case with each client, and says what was done in the end. */
export async function runCase(
  { fault, possible, tellsBackend }: Case,
  clients: readonly Client[],
  pristine: Pristine,
) {
  const rows: [string, string][] = [];
  for (const client of clients) {
    const made = await attempt(pristine, client, fault);
    const told = tellsBackend ? [backend(made)] : [];
    const figures = [score(made, possible), `exit ${made.code}`, ...told];
    rows.push([client.name, [...figures, lastWords(made)].filter(Boolean).join('; ')]);
  }
  return rows;
}

function score({ cleanAfter, seconds }: Attempt, possible: readonly string[]): string {
  const done = possible.filter((name) => cleanAfter.has(name));
  const missing = possible.filter((name) => !cleanAfter.has(name));
  const latest = Math.max(...done.map((name) => cleanAfter.get(name) ?? 0));
  const when = done.length > 0 ? `, the last after ${latest.toFixed(2)} s` : '';
  const not = missing.length > 0 ? `, not ${missing.join(', ')}` : '';
  const score = `${done.length} of ${possible.length} possible${not}${when}`;
  return `${score}; process ${seconds.toFixed(2)} s`;
}

function backend({ goneAfterSeconds }: Attempt): string {
  return goneAfterSeconds === null
    ? `its backend still at work after ${patienceSeconds} s`
    : `its backend gone after ${goneAfterSeconds.toFixed(2)} s`;
}

/** The first complaint of a client that is not a GitHub command. */
function lastWords({ output }: Attempt): string {
  const lines = output.split('\n').filter((line) => /error|warning|skipping/i.test(line));
  const own = lines.find((line) => line.includes(victim)) ?? lines[0] ?? '';
  return own.trim().slice(0, 110);
}

async function lock(cluster: Cluster) {
  const holder = await cluster.connect({ database });
  await holder.query(`begin; lock table ${victim} in access exclusive mode`);
  return holder;
}

async function lockForFiveSeconds(cluster: Cluster): Promise<void> {
  const holder = await lock(cluster);
  void delay(5000).then(() => holder.query('commit').catch(() => undefined));
}

async function giveAway(cluster: Cluster): Promise<void> {
  const client = await cluster.connect({ database });
  await client.query(`create role stranger; alter table ${victim} owner to stranger`);
}

/** A command on a table then takes a minute or so, as on a large table. */
async function slowDown(cluster: Cluster): Promise<void> {
  const client = await cluster.connect({ database });
  await client.query(`alter database ${database} set vacuum_cost_delay = '20ms'`);
}
