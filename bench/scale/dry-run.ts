import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster, TestDatabase } from '../../test/rig/postgres.ts';
import {
  type ActionRun,
  actionEntry,
  actionInputs,
  startAction,
} from '../../test/rig/runner.ts';

/** What a dry run took. */
export interface DryRun {
  /** From the start of Node to its end. */
  readonly processMs: number;
  /** As the result of the run says: from its start to its end. */
  readonly planMs: number;
  /** Largest resident set of the process; `NaN` where the system does not tell. */
  readonly peakBytes: number;
  readonly summaryBytes: number;
  readonly steps: number;
}

interface ResultTimes {
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly steps: readonly unknown[];
}

/** Makes a plan through the built action, and watches the memory of its process. */
export async function dryRun(database: TestDatabase): Promise<DryRun> {
  await using running = startAction(actionEntry('vacuum', 'main'), {
    inputs: actionInputs('vacuum', {
      'database-url': database.url(),
      'dry-run': 'true',
      'log-issue': 'false',
    }),
  });
  let ended: ActionRun | undefined;
  const finished = running.finished.then((run) => {
    ended = run;
  });
  let peakBytes = Number.NaN;
  while (!ended) {
    peakBytes = (await peakOf(running.pid)) ?? peakBytes;
    await delay(10);
  }
  await finished;
  if (ended.code !== 0) throw new Error(`the dry run failed:\n${ended.output}`);
  const { startedAt, finishedAt, steps } = ended.result as ResultTimes;
  return {
    processMs: ended.durationMs,
    planMs: Date.parse(finishedAt) - Date.parse(startedAt),
    peakBytes,
    summaryBytes: Buffer.byteLength(ended.summary),
    steps: steps.length,
  };
}

/** Counts what the server is asked in a dry run, by the server's own log. */
export async function countQueries(
  cluster: Cluster,
  database: TestDatabase,
): Promise<number> {
  await database.query(`alter database ${database.name} set log_statement = 'all'`);
  const before = (await cluster.log()).length;
  await dryRun(database);
  const logged = (await cluster.log()).slice(before);
  await database.query(`alter database ${database.name} reset log_statement`);
  return logged.match(/LOG: {2}(statement|execute )/g)?.length ?? 0;
}

/** The kernel keeps the peak; only what comes after the last look is missed. */
async function peakOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes ? Number(kilobytes) * 1024 : null;
}
