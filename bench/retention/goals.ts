import type { Client } from '../clients.ts';
import type { Attempt } from './attempt.ts';
import { action, limitLoop, runbook } from './deleters.ts';
import { expired } from './events.ts';
import type { Attempts } from './print-attempts.ts';
import type { Stopped } from './stopped.ts';

type Row = readonly [label: string, figure: string];

const mostOfLoop = 1 / 20;
const longestSeconds = 2;

/** The goal for index entries, where somebody holds a snapshot. */
export function entriesGoal(attempts: Attempts): Row {
  const [own] = attempts.get(action) ?? [];
  const [loop] = attempts.get(limitLoop) ?? [];
  if (!own || !loop) return ['goal: index entries', 'not measured'];
  // A loop that was killed would have read more: it is no fewer times as many.
  const [of, least] = loop.isKilled
    ? [`of what it read until it was killed`, 'at least ']
    : ['of the LIMIT loop', ''];
  const isReached = own.deleted === expired && own.entries <= loop.entries * mostOfLoop;
  const times = `1/${(loop.entries / own.entries).toFixed(0)}`;
  return [
    'goal: 1/20 of the LIMIT loop',
    `${least}${times} ${of}, ${verdict(isReached)}`,
  ];
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
export function stoppedGoal({
  deleted,
  deletedBefore,
  again,
  youngerLost,
}: Stopped): Row {
  const isKept = deleted >= deletedBefore && deletedBefore > 0;
  const isWhole = deleted + again.deleted === expired;
  const isAlone = youngerLost === 0 && again.youngerLost === 0;
  return ['goal: all finished batches kept', verdict(isKept && isWhole && isAlone)];
}

function verdict(isReached: boolean): string {
  return isReached ? 'reached' : 'missed';
}
