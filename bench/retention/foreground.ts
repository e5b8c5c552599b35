import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import type { Cluster } from '../../test/rig/postgres.ts';
import { type Client, installed, peer } from '../clients.ts';
import { newest, type Table } from './events.ts';

const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Four of five transactions read one of the newest rows, one inserts another. */
const args = [
  ...['-n', '-M', 'prepared', '-c', '4', '-j', '1'],
  ...['-f', `${script('foreground-read.sql')}@4`],
  ...['-f', `${script('foreground-insert.sql')}@1`],
];
const insertScript = 1;

const longestSeconds = 600;

/** What the foreground does between two times of the clock. */
export interface Slice {
  readonly transactions: number;
  readonly inserts: number;
  /** Milliseconds from when a transaction was due, which 99 of 100 stay below. */
  readonly p99Ms: number;
}

function pgbench(table: Table, more: readonly string[]): Client {
  const [first, last] = newest(table);
  return peer('pgbench', [
    ...args,
    '-D',
    `first=${first}`,
    '-D',
    `last=${last}`,
    ...more,
  ]);
}

/** Whether there is a foreground at all; prints if there is none. */
export function canHaveForeground(): boolean {
  return installed([peer('pgbench', args)]).length > 0;
}

/** The transactions a second that the server is capable of with nothing else to do. */
export async function saturation(cluster: Cluster, table: Table): Promise<number> {
  await start(pgbench(table, ['-T', '3']), cluster).ended;
  const { output } = await start(pgbench(table, ['-T', '6']), cluster).ended;
  const tps = /tps = ([\d.]+)/.exec(output)?.[1];
  if (!tps) throw new Error(`pgbench says nothing of tps: ${output}`);
  return Number(tps);
}

/** Others at work on the same table, at a rate of their own. */
export interface Foreground {
  /** Ends them, and tells of each slice of the time what was done in it. */
  stop(slices: readonly (readonly [fromMs: number, toMs: number])[]): Promise<{
    readonly slices: readonly Slice[];
    /** From its start to its end. */
    readonly reads: number;
  }>;
}

/** Starts the foreground at a rate; what is late counts from when it was due. */
export function startForeground(
  cluster: Cluster,
  table: Table,
  rate: number,
  watcher: pg.Client,
): Foreground {
  const directory = mkdtempSync(join(tmpdir(), 'matchbook-pgbench-'));
  const more = ['-T', String(longestSeconds), '-R', String(Math.round(rate))];
  const log = ['--log', '--log-prefix', join(directory, 'log')];
  const running = start(pgbench(table, [...more, ...log]), cluster);
  return {
    async stop(slices) {
      // What is late is still to come in; without its sessions it writes its log and ends.
      await delay(1000);
      await watcher.query(`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'pgbench'`);
      await running.ended;
      const files = await readdir(directory);
      const texts = files.map((file) => readFile(join(directory, file), 'utf8'));
      const all = (await Promise.all(texts)).flatMap(readLog);
      await rm(directory, { recursive: true });
      return {
        slices: slices.map(([from, to]) =>
          sliceOf(all.filter(({ dueMs, endMs }) => dueMs <= to && endMs >= from)),
        ),
        reads: all.filter(({ isInsert }) => !isInsert).length,
      };
    },
  };
}

function start(client: Client, { port }: Cluster) {
  return client.start({ port, user: 'postgres', password: '' });
}

interface Transaction {
  readonly dueMs: number;
  readonly endMs: number;
  readonly isInsert: boolean;
}

/** Client, number, microseconds from when it was due, script, and when it ended. */
function readLog(text: string): Transaction[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [, , time, which, seconds, micros] = line.split(' ').map(Number);
      const endMs = (seconds ?? 0) * 1000 + (micros ?? 0) / 1000;
      return {
        endMs,
        dueMs: endMs - (time ?? 0) / 1000,
        isInsert: which === insertScript,
      };
    });
}

function sliceOf(transactions: readonly Transaction[]): Slice {
  const sorted = transactions
    .map(({ dueMs, endMs }) => endMs - dueMs)
    .sort((a, b) => a - b);
  return {
    transactions: sorted.length,
    inserts: transactions.filter(({ isInsert }) => isInsert).length,
    p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN,
  };
}
