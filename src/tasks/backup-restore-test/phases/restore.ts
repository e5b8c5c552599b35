import path from 'node:path';
import type { Run } from '../../../core/run.ts';
import type { Applied } from '../../../core/step.ts';
import { diskBytesOf } from '../restore/disk.ts';
import { encodingOf, librariesOf } from '../restore/needs.ts';
import { restoreArchive } from '../restore/restore.ts';
import { startScratchCluster } from '../restore/scratch-cluster.ts';
import type { RestoreTarget } from '../target.ts';
import { isLackOfMachine } from '../verdict.ts';

/** Restores the archive, unless it turns out to be damaged meanwhile. */
export async function restore(target: RestoreTarget, run: Run): Promise<Applied> {
  const { damaged, evidence } = target;
  const signal = AbortSignal.any([run.signal, damaged.signal]);
  try {
    return await restoreIntoScratch(target, { ...run, signal });
  } catch (error) {
    if (run.signal.aborted || !damaged.signal.aborted) throw error;
    return { status: 'skipped', error: `stopped: ${evidence.obstacle}` };
  }
}

/** Restores the archive into a server of its own, and measures what that takes. */
async function restoreIntoScratch(target: RestoreTarget, run: Run): Promise<Applied> {
  const { evidence, inputs, jobs } = target;
  const { archive, file, installation } = evidence;
  if (!archive || !file || !installation) throw new Error('Nothing to restore with.');
  const { signal } = run;
  const startedAt = performance.now();
  const scratch = await target.scratch();
  const server = await startScratchCluster(installation, scratch.path, {
    encoding: encodingOf(archive),
    preload: librariesOf(archive),
    signal,
  });
  target.server = target.own(server);
  const startSeconds = (performance.now() - startedAt) / 1000;
  const restored = await restoreArchive(server, archive, file, {
    installation,
    jobs,
    schemaOnly: inputs.depth === 'schema',
    signal,
    onProgress: (line) => run.log.info(line),
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const start = { name: 'start of the server', seconds: startSeconds };
  evidence.restored = { ...restored, phases: [start, ...restored.phases], seconds };
  evidence.diskBytes = await diskBytesOf(path.join(scratch.path, 'data'));
  evidence.databaseBytes = await databaseBytes(target);
  const lack = restored.problems.find(({ code }) => isLackOfMachine(code));
  if (lack) {
    evidence.obstacle = 'this machine could not restore all of it';
    return { status: 'failed', error: lack.message, findings: restored.problems };
  }
  return {
    status: 'done',
    metrics: { databaseBytes: evidence.databaseBytes },
    findings: restored.problems,
  };
}

async function databaseBytes({ server, evidence }: RestoreTarget): Promise<number> {
  const client = await server?.connect(evidence.restored?.database ?? 'postgres');
  try {
    const answer = await client?.query<{ bytes: string }>(
      'select pg_database_size(current_database()) as bytes',
    );
    return Number(answer?.rows[0]?.bytes);
  } finally {
    await client?.end();
  }
}
