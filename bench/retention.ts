import { ensureBuilt } from '../scripts/demo/built-action.ts';
import type { Client } from './clients.ts';
import { spreadOf } from './measure.ts';
import { printHeading, printPart } from './print.ts';
import { postgresVersion } from './pristine.ts';
import { type Attempt, attempt, type Conditions } from './retention/attempt.ts';
import { action, deleters, limitLoop, runbook, unpaced } from './retention/deleters.ts';
import { type Events, makeEvents, type Table } from './retention/events.ts';
import { canHaveForeground, saturation } from './retention/foreground.ts';
import { entriesGoal, stoppedGoal, transactionGoal } from './retention/goals.ts';
import { type Attempts, figures } from './retention/print-attempts.ts';
import { type Stop, type Stopped, stopAtHalf, stops } from './retention/stopped.ts';

const sizes = { full: 3_000_000, third: 1_000_000 };
const expiredShare = 0.6;

const orders = ['in order of time', 'shuffled'] as const;

/** Under a held snapshot the LIMIT loop gets slower with each batch, and is given up. */
const limitMs = 40_000;

/** Measures `retention` against the runbook's DELETE and the loop that is written instead. */
export async function bench(): Promise<void> {
  printHeading('Deleting what has expired', 'retention');
  await ensureBuilt();
  for (const { name, command } of deleters) console.log(`${name}: ${command}`);
  const hasForeground = canHaveForeground();
  let rate: number | undefined;
  for (const order of orders) {
    await using events = await makeEvents(tableOf(sizes.full, order));
    if (hasForeground) rate ??= await halfOfSaturation(events);
    const quiet = await inTurn(events, 'a quiet server', deleters);
    if (rate !== undefined) {
      await inTurn(events, 'among a foreground', deleters, { rate });
      const clients = deleters.filter((client) => client !== unpaced);
      const conditions = { rate, hasReader: true };
      await inTurn(events, 'among a foreground, a snapshot held', clients, conditions);
    }
    if (order !== 'in order of time') continue;
    const whole = spreadOf((quiet.get(runbook) ?? []).map(({ seconds }) => seconds));
    for (const stop of stops) await stopAll(events, stop, whole.median * 500);
  }
  // So small that the loop comes to its end too.
  for (const order of orders) {
    await using events = await makeEvents(tableOf(sizes.third, order));
    const clients = [action, runbook, limitLoop];
    const title = 'a quiet server, a snapshot held';
    await inTurn(events, title, clients, { hasReader: true });
  }
}

function tableOf(rows: number, order: Table['order']): Table {
  return { rows, expired: rows * expiredShare, order };
}

async function halfOfSaturation(events: Events): Promise<number> {
  await using cluster = await events.start();
  const all = await saturation(cluster, events.table);
  const rate = Math.round(all / 2);
  console.log(`foreground: ${rate} of ${all.toFixed(0)} transactions/s, its saturation`);
  return rate;
}

/** Lets one client after the other work under the same conditions, once each. */
async function inTurn(
  events: Events,
  title: string,
  clients: readonly Client[],
  conditions: Conditions = {},
): Promise<Attempts> {
  const attempts = new Map<Client, Attempt[]>();
  await printPart(`${describeTable(events)}; ${title}, one run each`, async () => {
    for (const client of clients) {
      const limit = client === limitLoop ? { limitMs } : {};
      attempts.set(client, [await attempt(events, client, { ...conditions, ...limit })]);
    }
    const goals = [transactionGoal(attempts)];
    if (conditions.hasReader) goals.push(entriesGoal(attempts, events.table));
    return [...figures(attempts, events.table), ...goals];
  });
  return attempts;
}

function describeTable({ table, bytes }: Events): string {
  const { rows, expired, order } = table;
  const mb = (bytes / 1e6).toFixed(0);
  return `PostgreSQL ${postgresVersion}, ${count(expired)} of ${count(rows)} rows have expired, ${order}, ${mb} MB`;
}

async function stopAll(events: Events, stop: Stop, halfMs: number): Promise<void> {
  await printPart(`${describeTable(events)}; ${stop.title}`, async () => {
    const lines: (readonly [string, string])[] = [];
    for (const client of stop.clients) {
      const afterMs = client === runbook ? halfMs : undefined;
      const made = await stopAtHalf(events, client, stop, afterMs);
      lines.push([client.name, describe(made)]);
      if (client === action) lines.push(stoppedGoal(made, events.table));
    }
    return lines;
  });
}

function describe({ deletedBefore, gone, goneInTheEnd, ...took }: Stopped): string {
  return [
    `${count(gone.expired)} rows stay deleted (${count(deletedBefore)} known by then)`,
    `at work on the server for another ${took.goneAfterSeconds.toFixed(1)} s`,
    `once more: ${took.againSeconds.toFixed(1)} s, ${count(goneInTheEnd.expired)} in all, ${goneInTheEnd.younger} younger`,
  ].join('; ');
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
