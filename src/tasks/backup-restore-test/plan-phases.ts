import { realRuns } from '../../core/maintenance-log.ts';
import type { Run } from '../../core/run.ts';
import { formatBytes } from '../../core/units.ts';
import { formatS3Url } from '../../s3/s3-url.ts';
import { locksOf, type Phase, type PhaseStep, phasesFor } from './phases.ts';
import type { RestoreTarget } from './target.ts';

/** So much slower than reading the archive a phase usually is; measured on two cores. */
const secondsPerArchiveMegabyte: Record<Phase, number> = {
  download: 0.02,
  decrypt: 0.01,
  decode: 0.02,
  restore: 0.07,
  prove: 0.02,
};

/** The phases of the test as steps, with the commands that people know. */
export function planPhases(target: RestoreTarget, run: Run): PhaseStep[] {
  const { evidence, inputs } = target;
  const { backup } = evidence;
  if (!backup) return [];
  const phases = phasesFor(inputs.depth, {
    isRemote: inputs.source.kind === 's3',
    isEncrypted: inputs.decrypt !== null,
  });
  return phases.map((id) => ({
    id,
    command: commandOf(id, target),
    why: whyOf(id, target),
    workBytes: backup.sizeBytes,
    usualSeconds:
      earlierSeconds(id, backup.sizeBytes, inputs.depth === 'full', run) ??
      (backup.sizeBytes / 1e6) * secondsPerArchiveMegabyte[id],
    locks: locksOf[id],
  }));
}

/** What the phase took in the last run in which it was done, for as many bytes as now. */
function earlierSeconds(
  id: Phase,
  bytes: number,
  isFull: boolean,
  { history }: Run,
): number | null {
  for (const { steps, metrics } of realRuns(history)) {
    // Without the data it went faster.
    const wasFull = metrics['recoveryTimeSeconds'] !== undefined;
    if (wasFull !== isFull && (id === 'restore' || id === 'prove')) continue;
    const step = steps.find((one) => one.id === id && one.status === 'done');
    const { workBytes } = step?.metrics ?? {};
    if (step?.seconds && workBytes) return (step.seconds / workBytes) * bytes;
  }
  return null;
}

function commandOf(id: Phase, target: RestoreTarget): string {
  const { evidence, inputs, jobs } = target;
  const { archive, backup } = evidence;
  const database = archive?.header.database ?? 'database';
  const key = backup?.key ?? '';
  const commands: Record<Phase, string> = {
    download: `GET ${inputs.source.kind === 's3' ? formatS3Url(inputs.source.bucket, key) : key}`,
    // Its arguments may hold a secret.
    decrypt: `${inputs.decrypt?.[0] ?? ''} < ${key}`,
    decode: `decode ${key}`,
    restore: `pg_restore -d ${database} -j ${jobs}${inputs.depth === 'schema' ? ' --schema-only' : ''} ${key}`,
    prove:
      inputs.depth === 'schema'
        ? `compare the catalog of ${database} with the archive`
        : `compare every row of ${database} with the archive`,
  };
  return commands[id];
}

function whyOf(id: Phase, { evidence, inputs }: RestoreTarget): string {
  const { backup, archive, installation, predicted } = evidence;
  const size = formatBytes(backup?.sizeBytes ?? 0);
  const tables = archive?.entries.filter(({ kind }) => kind === 'TABLE DATA').length;
  const whys: Record<Phase, string> = {
    download: `${inputs.backup}: ${size}`,
    decrypt: 'to see what is in it',
    decode: `${tables === undefined ? 'the' : `${tables}`} tables in ${archive?.header.codec ?? 'unknown'} compression`,
    restore: installation
      ? `PostgreSQL ${installation.version}, about ${formatBytes(predicted?.databaseBytes ?? 0)} on the disk`
      : 'into a server of its own',
    prove: `depth: ${inputs.depth}`,
  };
  return whys[id];
}
