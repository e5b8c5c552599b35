import { type Finding, finding } from '../../core/finding.ts';
import { realRuns } from '../../core/maintenance-log.ts';
import type { Run } from '../../core/run.ts';
import { formatBytes } from '../../core/units.ts';
import { chooseInstallation } from './restore/choose-installation.ts';
import { freeBytes, predictDisk } from './restore/disk.ts';
import { missingExtensions } from './restore/needs.ts';
import { findPrograms, UnusablePrograms } from './restore/programs.ts';
import { findWorkDirectory } from './restore/scratch-directory.ts';
import type { RestoreTarget } from './target.ts';

/** Whether this machine can test a backup, and what stands against it. */
export interface Fitness {
  readonly isFit: boolean;
  readonly findings: Finding[];
}

/**
 * Looks whether this machine has what the backup needs, by its table of contents, before
 * anything is spent on it: the version of PostgreSQL, extensions, room on the disk.
 */
export async function checkFitness(target: RestoreTarget, run: Run): Promise<Fitness> {
  const { inputs } = target;
  const needsServer = inputs.depth === 'schema' || inputs.depth === 'full';
  const findings = [
    ...(needsServer ? await programFindings(target) : []),
    ...(await diskFindings(target, run, needsServer)),
  ];
  return { isFit: findings.length === 0, findings };
}

async function programFindings(target: RestoreTarget): Promise<Finding[]> {
  const { evidence, inputs } = target;
  const { archive, backup } = evidence;
  if (!archive || !backup) return [];
  try {
    const found = await findPrograms(inputs['postgres-bin']);
    const chosen = chooseInstallation(archive, found);
    if ('remedy' in chosen) {
      const { message, remedy } = chosen;
      return [finding('version-unsupported', backup.key, message, { remedy })];
    }
    evidence.installation = chosen;
    return await missingExtensions(archive, chosen);
  } catch (error) {
    if (!(error instanceof UnusablePrograms)) throw error;
    return [finding('version-unsupported', 'postgres-bin', error.message)];
  }
}

async function diskFindings(
  target: RestoreTarget,
  run: Run,
  needsServer: boolean,
): Promise<Finding[]> {
  const { evidence, inputs } = target;
  const { backup, archive } = evidence;
  const fileBytes = fileBytesOf(target);
  if (!backup || (!needsServer && fileBytes === 0)) return [];
  const predicted = predictDisk({
    archive: archive ?? null,
    archiveBytes: backup.sizeBytes,
    fileBytes,
    earlier: earlierRestore(run),
  });
  evidence.predicted = predicted;
  const directory = await findWorkDirectory(inputs['work-directory']);
  // What was decrypted is there already, and no longer free.
  const leftBytes = evidence.decryptSeconds === undefined ? fileBytes : 0;
  const neededBytes = leftBytes + (needsServer ? predicted.databaseBytes : 0);
  const free = await freeBytes(directory);
  if (free >= neededBytes) return [];
  const message = `The test of ${backup.key} (${formatBytes(backup.sizeBytes)}) takes about ${formatBytes(neededBytes)} in ${directory}, by ${predicted.basis === 'history' ? 'what it took before' : 'a rule of thumb'}, and ${formatBytes(free)} are free there.`;
  const remedy =
    'Make room, give a work-directory on a larger disk, or take a larger runner; depth: archive needs no room for the database.';
  return [finding('disk-space', backup.key, message, { severity: 'high', remedy })];
}

/** What is fetched and what is decrypted take the room of the backup each. */
function fileBytesOf({ evidence, inputs }: RestoreTarget): number {
  const copies = Number(inputs.source.kind === 's3') + Number(inputs.decrypt !== null);
  return copies * (evidence.backup?.sizeBytes ?? 0);
}

/** What the last restore of this database came to; one without its data tells nothing. */
function earlierRestore({ history }: Run) {
  for (const { metrics } of realRuns(history)) {
    const { archiveBytes, diskBytes, recoveryTimeSeconds } = metrics;
    if (archiveBytes && diskBytes && recoveryTimeSeconds) {
      return { archiveBytes, databaseBytes: diskBytes };
    }
  }
  return null;
}
