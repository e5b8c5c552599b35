import type { Client } from '../clients.ts';
import { count, megabytes, seconds } from '../figures.ts';
import { compared, spreadOf } from '../measure.ts';
import { times } from '../print.ts';
import type { Attempt } from './attempt.ts';
import type { Table } from './events.ts';

/** What each client has made of the same table under the same conditions. */
export type Attempts = ReadonlyMap<Client, readonly Attempt[]>;

type Row = readonly [label: string, figure: string];

/** Writes the figures of all clients, measure by measure. */
export function figures(attempts: Attempts, table: Table): Row[] {
  const measures: [string, (made: readonly Attempt[]) => string | null][] = [
    ['deleted', (made) => rowsDeleted(made, table)],
    ['seconds', (made) => seconds(spread(made, (one) => one.seconds))],
    ['index entries', (made) => count(spread(made, (one) => one.entries))],
    ['rows fetched', (made) => count(spread(made, (one) => one.fetched))],
    ['WAL', (made) => megabytes(spread(made, (one) => one.walBytes))],
    ['longest transaction', longest],
    [
      'oldest snapshot held',
      (made) => seconds(spread(made, (one) => one.oldestSnapshotSeconds)),
    ],
    ['foreground p99', foreground],
  ];
  return measures.flatMap(([name, write]) =>
    [...attempts].flatMap(([client, made]): Row[] => {
      const figure = write(made);
      if (figure === null) return [];
      return [[`${name}: ${client.name}`, made.length > 1 ? figure : single(figure)]];
    }),
  );
}

function spread(made: readonly Attempt[], of: (one: Attempt) => number) {
  return spreadOf(made.map(of));
}

/** Without a spread, which one run does not have. */
function single(figure: string): string {
  return figure.replaceAll(/ \([^()]*–[^()]*\)/g, '');
}

function rowsDeleted(made: readonly Attempt[], { expired }: Table): string {
  const deleted = count(spread(made, (one) => one.gone.expired));
  const younger = Math.max(...made.map((one) => one.gone.younger));
  const killed = made.some((one) => one.isKilled) ? ', killed at its limit' : '';
  const code = made.find((one) => !one.isKilled && one.code !== 0)?.code;
  const failed = code === undefined ? '' : `, exit ${code}`;
  return `${deleted} of ${expired.toLocaleString('en-US')}, ${younger} younger${killed}${failed}`;
}

function longest(made: readonly Attempt[]): string {
  const [worst] = made.toSorted((a, b) => b.longestSeconds - a.longestSeconds);
  const query = (worst?.longestQuery ?? '').replaceAll(/\s+/g, ' ').slice(0, 60);
  return `${seconds(spread(made, (one) => one.longestSeconds))}, in: ${query}`;
}

function foreground(made: readonly Attempt[]): string | null {
  if (made.some(({ idle, busy }) => !idle || !busy)) return null;
  const [idle, busy] = [made.map((one) => one.idle), made.map((one) => one.busy)].map(
    (slices) => slices.map((slice) => slice?.p99Ms ?? Number.NaN),
  ) as [number[], number[]];
  const ratio = times(compared(busy, idle, (a, b) => a / b));
  const sum = made.reduce((all, one) => all + (one.busy?.transactions ?? 0), 0);
  const ms = (values: number[]) => values.map((value) => value.toFixed(1)).join(', ');
  return `${ratio} of idle: ${ms(busy)} ms against ${ms(idle)} ms, ${count(spreadOf([sum]))} transactions`;
}
