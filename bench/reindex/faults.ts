import type pg from 'pg';
import { actionEntry, runAction } from '../../test/rig/runner.ts';
import type { Client } from '../clients.ts';
import { database, type Pristine } from '../pristine.ts';
import { type Attempt, attempt, type Fault, patienceMs } from './attempt.ts';

const table = 'bloated_random';

interface Case {
  readonly title: string;
  readonly fault: Fault;
}

const snapshot = 'begin isolation level repeatable read; select from pg_class limit 1';

/** Lets a client come to a phase of its rebuild, and kills it there. */
function killedIn(phase: string, hold: string | null): Case {
  let holder: pg.Client | undefined;
  return {
    title: `the client killed while ${phase}`,
    fault: {
      async prepare(open) {
        if (!hold) return;
        holder = await open();
        await holder.query(hold);
      },
      async during(client, open) {
        const watcher = await open();
        const sql = `select from pg_stat_progress_create_index where phase like '${phase}%'`;
        const giveUpAt = performance.now() + patienceMs;
        while (!(await watcher.query(sql)).rowCount && performance.now() < giveUpAt);
        client.kill();
      },
      afterwards: async () => holder?.query('rollback'),
      sweep: sweepByPost,
    },
  };
}

/** The action has a step for this; others have nothing. */
async function sweepByPost(port: number, killed: { state?: unknown }): Promise<void> {
  if (!killed.state) return;
  await runAction(actionEntry('reindex', 'post'), {
    inputs: { 'database-url': `postgres://postgres@127.0.0.1:${port}/${database}` },
    state: killed.state as Record<string, string>,
  });
}

/** The faults, of which one takes a window of so many milliseconds. */
export function faultCases(windowMs: number): Case[] {
  return [
    {
      title: 'a REPEATABLE READ reader that is minutes old, max-wait 2 s',
      fault: {
        async prepare(open) {
          const reader = await open();
          await reader.query(`set application_name = 'report'`);
          await reader.query(snapshot);
          await reader.query('select pg_sleep(2.1)');
        },
      },
    },
    killedIn(
      'waiting for writers before build',
      `begin; lock ${table} in row exclusive mode`,
    ),
    killedIn('building index', null),
    killedIn('index validation', null),
    killedIn('waiting for old snapshots', snapshot),
    killedIn(
      'waiting for readers before marking dead',
      `begin; select from ${table} limit 1`,
    ),
    {
      title: `the window ends after ${(windowMs / 1000).toFixed(1)} s`,
      fault: { windowMs },
    },
    {
      title: 'a name of 63 bytes and a reader, and an invalid index of somebody else',
      fault: {
        async prepare(open) {
          const client = await open();
          await client.query(`alter index ${table}_index rename to ${'x'.repeat(63)};`);
          await client
            .query(
              `create unique index concurrently foreign_index on decoy_numeric ((n / 2))`,
            )
            .catch(() => undefined);
          // So young that a rebuild is begun, and waits for it.
          await client.query(snapshot);
        },
      },
    },
  ];
}

/** Runs one case with each client, and says what is left and what was said. */
export async function runCase(
  { fault }: Case,
  clients: readonly Client[],
  pristine: Pristine,
) {
  const rows: [string, string][] = [];
  for (const client of clients) {
    const made = await attempt(pristine, client, fault);
    rows.push([client.name, describe(made)]);
  }
  return rows;
}

function describe(made: Attempt): string {
  const left = made.left.length === 0 ? 'nothing left' : `left ${made.left.join(', ')}`;
  const ended =
    made.seconds * 1000 >= patienceMs ? 'never ended' : `${made.seconds.toFixed(1)} s`;
  const orphaned = made.isOrphaned ? 'server still at work after 4 s' : '';
  const rebuilt = `${made.rebuilt.length} rebuilt`;
  return [left, orphaned, rebuilt, ended, lastWords(made)]
    .filter(Boolean)
    .join('; ')
    .slice(0, 400);
}

/** What a client has said about what stopped it. */
function lastWords({ output, code, result }: Attempt): string {
  const steps =
    (result as { steps?: { error: string | null }[] } | undefined)?.steps ?? [];
  const errors = [...new Set(steps.map(({ error }) => error).filter(Boolean))];
  const lines = output.split('\n').filter((line) => /error|cancel/i.test(line));
  const words = errors[0] ?? (result ? '' : lines[0]) ?? '';
  return [`exit ${code}`, words].filter(Boolean).join(': ');
}
