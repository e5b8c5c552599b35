import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runCommand } from '../../scripts/command.ts';
import type { Result } from '../../src/core/result-schema.ts';
import { actionEntry, actionInputs, startAction } from '../../test/rig/runner.ts';
import type { S3Environment } from '../../test/rig/s3.ts';
import { getObject } from './examine.ts';
import {
  cpuSecondsOfEnded,
  cpuSecondsOfServer,
  watchDisk,
  watchMemory,
} from './procfs.ts';
import { followRunbook } from './runbook.ts';
import type { StockServer } from './stock-server.ts';

export const key = 'matchbook.dump';

/** Where both find the backup, and room. */
export interface Ground {
  readonly env: S3Environment;
  readonly bucket: string;
  readonly directory: string;
  readonly server: StockServer;
}

/** What came of one run; seconds are since its begin. */
export interface Attempt {
  readonly downloadSeconds: number;
  /** By then a `COUNT(*)` can be answered. */
  readonly restoredSeconds: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the action alone. */
  readonly peakBytes?: number;
  readonly peakDiskBytes?: number;
  readonly result?: Result;
}

/** Lets the commands of the runbook test the backup, on a server that is already up. */
export async function byRunbook(
  ground: Ground,
  options: readonly string[],
): Promise<Attempt> {
  const { env, bucket, directory, server } = ground;
  const file = join(directory, 'by-hand.dump');
  await settle(directory);
  const cpuUsed = async () =>
    (await cpuSecondsOfEnded()) + (await cpuSecondsOfServer(server.pid));
  const cpuBefore = await cpuUsed();
  const fetch = async () => {
    const args = [getObject, bucket, key, file];
    const { code } = await runCommand(process.execPath, args, { ...process.env, ...env });
    return code === 0;
  };
  const made = await followRunbook(server, { file, database: 'matchbook_test' }, fetch, {
    options,
  });
  if (made.downloadSeconds === null || made.restoreCode !== 0 || !made.count) {
    throw new Error(`The runbook failed: ${JSON.stringify(made)}`);
  }
  return {
    downloadSeconds: made.downloadSeconds,
    restoredSeconds: made.countSeconds,
    seconds: made.seconds,
    cpuSeconds: (await cpuUsed()) - cpuBefore,
  };
}

/** Lets the built action test the backup, as a runner does. */
export async function byAction(
  { env, bucket, directory }: Ground,
  { seesDisk = false }: { readonly seesDisk?: boolean } = {},
): Promise<Attempt> {
  const work = join(directory, 'work');
  await mkdir(work);
  await settle(directory);
  const cpuBefore = await cpuSecondsOfEnded();
  const begunAt = Date.now();
  await using running = startAction(actionEntry('backup-restore-test', 'main'), {
    inputs: actionInputs('backup-restore-test', {
      source: `s3://${bucket}/`,
      'log-issue': 'false',
      'work-directory': work,
      // The dump is made once, and kept.
      'max-age': '3650 days',
    }),
    env,
  });
  let isOver = false;
  const disk = seesDisk ? watchDisk(work, () => isOver) : null;
  const [ended, peakBytes] = await Promise.all([
    running.finished.finally(() => {
      isOver = true;
    }),
    watchMemory(running.pid),
  ]);
  const result = ended.result as Result | undefined;
  if (ended.outputs['verdict'] !== 'verified' || !result) {
    throw new Error(`The action did not verify the backup:\n${ended.output}`);
  }
  await rm(work, { recursive: true, force: true });
  return {
    downloadSeconds: endOf(result, 'download', begunAt),
    restoredSeconds: endOf(result, 'restore', begunAt),
    seconds: ended.durationMs / 1000,
    cpuSeconds: (await cpuSecondsOfEnded()) - cpuBefore,
    peakBytes,
    ...(disk && { peakDiskBytes: await disk }),
    result,
  };
}

function endOf({ steps }: Result, id: string, begunAt: number): number {
  const step = steps.find((one) => one.id === id);
  if (!step?.startedAt) throw new Error(`The action has no step ${id}.`);
  return (Date.parse(step.startedAt) - begunAt) / 1000 + (step.seconds ?? 0);
}

/** What one has left to be written must not fall on the next. */
async function settle(directory: string): Promise<void> {
  await promisify(execFile)('sync', ['-f', directory]);
}
