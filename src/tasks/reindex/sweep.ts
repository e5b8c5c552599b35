import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../core/message-of.ts';
import type { Run } from '../../core/run.ts';
import type { Database } from '../../postgres/database.ts';
import { openDatabase } from '../../postgres/open-database.ts';
import { countOwnBackends, endOrphans } from '../../postgres/orphans.ts';
import { dropLeftovers } from './clean-up.ts';
import type { ReindexInputs } from './inputs.ts';
import { dropCommand, isOurs, readLeftovers } from './leftovers.ts';
import { readMemory } from './memory.ts';

const patienceMs = 10_000;
const pollMs = 200;

/** Ends what a killed run has at work on the server, and drops what it has left. */
export async function sweep(
  inputs: ReindexInputs,
  run: Run,
  kept: unknown,
): Promise<string> {
  await using database = await openDatabase(inputs, run);
  const ended = await endOrphans(database, run);
  return `${ended} ${await dropOwn(database, run, kept)}`;
}

async function dropOwn(database: Database, run: Run, kept: unknown): Promise<string> {
  const memory = readMemory(kept);
  if (memory.indexes.length === 0) return 'It had not begun to rebuild anything.';
  const giveUpAtMs = Date.now() + patienceMs;
  while ((await countOwnBackends(database, run)) > 0 && Date.now() < giveUpAtMs) {
    await delay(pollMs);
  }
  try {
    await database.lock();
  } catch (error) {
    return `What it may have left was not looked for: ${messageOf(error)}`;
  }
  const leftovers = await readLeftovers(database);
  const ours = leftovers.filter((one) => isOurs(one, memory));
  if (ours.length === 0) return 'It has left no invalid index.';
  const left = await dropLeftovers(ours, database, run);
  const dropped = ours.filter((one) => !left.has(one)).map(({ id }) => id);
  const stays = [...left].map(([{ id }, error]) => `${id} (${error})`);
  return [
    dropped.length > 0 && `Dropped what it has left: ${dropped.join(', ')}.`,
    stays.length > 0 &&
      `Still there: ${stays.join(', ')}. The next run tries again, if it has the maintenance log; else run: ${ours
        .filter((one) => left.has(one))
        .map(dropCommand)
        .join('; ')}.`,
  ]
    .filter(Boolean)
    .join(' ');
}
