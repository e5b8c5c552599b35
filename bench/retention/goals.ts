import type { Client } from '../clients.ts';
import type { Attempt } from './attempt.ts';
import { action, limitLoop, runbook } from './deleters.ts';
import type { Table } from './events.ts';
import type { Attempts } from './print-attempts.ts';
import type { Stopped } from './stopped.ts';

type Row = readonly [label: string, figure: string];

const mostOfLoop = 1 / 20;
const longestSeconds = 2;

/** The goal for index entries, where somebody holds a snapshot. */
export function entriesGoal(attempts: Attempts, { expired }: Table): Row {
  const name = "goal: 1/20 of the LIMIT loop's index entries";
  const [own] = attempts.get(action) ?? [];
  const [loop] = attempts.get(limitLoop) ?? [];
  if (!own || !loop) return [name, 'not measured'];
  const isReached =
    own.gone.expired === expired && own.entries <= loop.entries * mostOfLoop;
  const [ours, theirs, rows] = [own.entries, loop.entries, loop.gone.expired].map(count);
  const share =
    own.entries === 0 ? '' : ` (1/${(loop.entries / own.entries).toFixed(0)})`;
  const figure = `${ours} against ${theirs}${share}`;
  if (!loop.isKilled) return [name, `${figure}, ${verdict(isReached)}`];
  // A loop that had gone on would have read more.
  const outcome = isReached ? verdict(true) : 'not decided';
  return [name, `${figure} by the ${rows} rows that it came to, ${outcome}`];
}

/** The goal for the longest transaction. */
export function transactionGoal(attempts: Attempts): Row {
  const worst = (client: Client, of: (one: Attempt) => number) =>
    Math.max(...(attempts.get(client) ?? []).map(of));
  const own = worst(action, (one) => one.longestSeconds);
  const theirs = worst(runbook, (one) => one.longestSeconds);
  const figure = `${own.toFixed(2)} s, the runbook's ${theirs.toFixed(2)} s`;
  return [
    `goal: no transaction beyond ${longestSeconds} s`,
    `${figure}, ${verdict(own <= longestSeconds)}`,
  ];
}

/** The goal for an action that was stopped. */
export function stoppedGoal(made: Stopped, { expired }: Table): Row {
  const isKept = made.deletedBefore > 0 && made.gone.expired >= made.deletedBefore;
  const isWhole = made.goneInTheEnd.expired === expired;
  const isAlone = made.goneInTheEnd.younger === 0;
  return ['goal: all finished batches kept', verdict(isKept && isWhole && isAlone)];
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function verdict(isReached: boolean): string {
  return isReached ? 'reached' : 'missed';
}
