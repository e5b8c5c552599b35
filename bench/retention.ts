import { ensureBuilt } from '../scripts/demo/built-action.ts';
import type { Client } from './clients.ts';
import { spreadOf } from './measure.ts';
import { printHeading, printPart } from './print.ts';
import { makePristine, type Pristine, postgresVersion } from './pristine.ts';
import { type Attempt, attempt, type Conditions } from './retention/attempt.ts';
import { action, deleters, limitLoop, runbook } from './retention/deleters.ts';
import { expired, fill, type Order, rows } from './retention/events.ts';
import { canHaveForeground, saturation } from './retention/foreground.ts';
import { entriesGoal, stoppedGoal, transactionGoal } from './retention/goals.ts';
import { type Attempts, figures } from './retention/print-attempts.ts';
import { type Stop, type Stopped, stopAtHalf, stops } from './retention/stopped.ts';

const rounds = 2;

/** With a held snapshot the LIMIT loop gets slower with each batch. */
const limitMs = 90_000;

const orders: readonly Order[] = ['in order of time', 'shuffled'];

/** Measures `retention` against the runbook's DELETE and the loop that is written instead. */
export async function bench(): Promise<void> {
  printHeading('Deleting what has expired', 'retention');
  await ensureBuilt();
  for (const { name, command } of deleters) console.log(`${name}: ${command}`);
  const hasForeground = canHaveForeground();
  let rate: number | undefined;
  for (const order of orders) {
    await using pristine = await makePristine(async (open) => fill(await open(), order));
    if (hasForeground) rate ??= await halfOfSaturation(pristine);
    const alone = await measureOrder(order, pristine, rate);
    if (order !== 'in order of time') continue;
    const made = alone.get(runbook) ?? [];
    const halfMs = spreadOf(made.map((one) => one.seconds)).median * 500;
    for (const stop of stops) {
      await printPart(`Rows ${order}, ${stop.title}`, () =>
        stopAll(pristine, stop, halfMs),
      );
    }
  }
}

async function halfOfSaturation(pristine: Pristine): Promise<number> {
  await using cluster = await pristine.start();
  const all = await saturation(cluster);
  const rate = Math.round(all / 2);
  console.log(`foreground: ${rate} of ${all.toFixed(0)} transactions/s, its saturation`);
  return rate;
}

/** Measures all clients under all conditions; returns what they made of it alone. */
async function measureOrder(
  order: Order,
  pristine: Pristine,
  rate: number | undefined,
): Promise<Attempts> {
  const mb = (pristine.bytes / 1e6).toFixed(0);
  const [all, due] = [rows, expired].map((one) => one.toLocaleString('en-US'));
  const title = `PostgreSQL ${postgresVersion}, ${due} of ${all} rows have expired, ${order}, ${mb} MB`;
  const alone = newAttempts();
  await printPart(
    `${title}; a quiet server, ${rounds} runs each, interleaved`,
    async () => {
      await measure(pristine, alone, rounds);
      return [...figures(alone), transactionGoal(alone)];
    },
  );
  const others: Conditions = rate === undefined ? {} : { rate };
  if (rate !== undefined) {
    const among = newAttempts();
    await printPart(`${title}; among a foreground, one run each`, async () => {
      await measure(pristine, among, 1, others);
      return [...figures(among), transactionGoal(among)];
    });
  }
  const held = newAttempts();
  const amid = rate === undefined ? '' : ' among a foreground,';
  await printPart(`${title};${amid} a snapshot held, one run each`, async () => {
    await measure(pristine, held, 1, { ...others, hasReader: true });
    return [...figures(held), transactionGoal(held), entriesGoal(held)];
  });
  return alone;
}

function newAttempts(): Map<Client, Attempt[]> {
  return new Map(deleters.map((client) => [client, []]));
}

async function measure(
  pristine: Pristine,
  attempts: Map<Client, Attempt[]>,
  times: number,
  conditions: Conditions = {},
): Promise<void> {
  for (let round = 0; round < times; round++) {
    for (const [client, made] of attempts) {
      const limit = client === limitLoop ? { limitMs } : {};
      made.push(await attempt(pristine, client, { ...conditions, ...limit }));
    }
  }
}

async function stopAll(pristine: Pristine, stop: Stop, halfMs: number) {
  const lines: [string, string][] = [];
  for (const client of [action, runbook, limitLoop]) {
    const afterMs = client === runbook ? halfMs : undefined;
    const made = await stopAtHalf(pristine, client, stop, afterMs);
    lines.push([client.name, describe(made)]);
    if (client === action) lines.push([...stoppedGoal(made)]);
  }
  return lines;
}

function describe({ deletedBefore, deleted, goneAfterSeconds, again, ...lost }: Stopped) {
  const count = (number: number) => number.toLocaleString('en-US');
  const younger = Math.max(lost.youngerLost, again.youngerLost);
  return [
    `${count(deleted)} rows stay deleted (${count(deletedBefore)} known by then)`,
    `at work on the server for another ${goneAfterSeconds.toFixed(1)} s`,
    `once more: ${count(again.deleted)} in ${again.seconds.toFixed(1)} s`,
    `${count(deleted + again.deleted)} in all, ${younger} younger`,
  ].join('; ');
}
