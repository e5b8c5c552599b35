import type { Finding } from '../../core/finding.ts';
import type { Run } from '../../core/run.ts';
import { type Plan, Refusal } from '../../core/task.ts';
import { formatBytes, formatCount } from '../../core/units.ts';
import { NotAnArchive, UnsupportedArchive } from '../../pg-dump/parse-archive.ts';
import { checkFitness } from './fitness.ts';
import type { PhaseStep } from './phases.ts';
import { planPhases } from './plan-phases.ts';
import { refusalOf } from './refusal.ts';
import { auditSeries, type SeriesAudit } from './series/audit.ts';
import { chooseBackup } from './series/choose.ts';
import { judgeDatabases } from './series/databases.ts';
import { judgeIntegrity } from './series/integrity.ts';
import { probe } from './series/probe.ts';
import { isWhole, type Probed } from './series/probed.ts';
import type { RestoreTarget } from './target.ts';

/** Audits the series, chooses a backup, and looks whether this machine can restore it. */
export async function makePlan(
  target: RestoreTarget,
  run: Run,
): Promise<Plan<PhaseStep>> {
  const { evidence, inputs, source } = target;
  const audit = await audited(target, run);
  const chosen = await choose(target, audit, run);
  evidence.audit = audit;
  evidence.backup = chosen.backup;
  evidence.probed = chosen;
  if (chosen.archive) evidence.archive = chosen.archive;
  const localFile = source.fileOf?.(chosen.backup);
  if (localFile) evidence.file = localFile;
  const metrics = {
    backups: audit.backups.length,
    archiveBytes: chosen.backup.sizeBytes,
  };
  const plan = { metrics, jobs: 2, remark: remarkOn(target, audit, chosen) };
  // What is damaged at its first or last bytes is not worth a download.
  const ofBackups = [...audit.findings, ...judgeApart(target, audit, chosen)];
  if (inputs.depth === 'series' || !isWhole(chosen)) {
    refuseUnsupported(target, chosen, ofBackups);
    return { ...plan, steps: [], findings: ofBackups };
  }
  const fitness = await checkFitness(target, run);
  const findings = [
    ...ofBackups,
    ...(run.dryRun ? fitness.findings.map(asInfo) : fitness.findings),
  ];
  if (!fitness.isFit && !run.dryRun) {
    const [obstacle] = fitness.findings;
    const message = `${obstacle?.message ?? ''} Nothing was downloaded.`;
    throw new Refusal('check-failed', message, { findings });
  }
  return { ...plan, steps: planPhases(target, run), findings };
}

/** A backup that somebody names may be of no series; it is held against the inputs alone. */
function judgeApart(
  { inputs, place }: RestoreTarget,
  audit: SeriesAudit,
  chosen: Probed,
): Finding[] {
  if (audit.backups.includes(chosen)) return [];
  const { findings } = judgeDatabases([chosen], place, inputs['expect-database']);
  return [...judgeIntegrity([chosen], place), ...findings];
}

/** What cannot be read here says nothing against the backup, and nothing for it. */
function refuseUnsupported(
  { inputs }: RestoreTarget,
  { problem, backup }: Probed,
  findings: readonly Finding[],
): void {
  if (inputs.depth === 'series' || !(problem instanceof UnsupportedArchive)) return;
  throw new Refusal('check-failed', `${backup.key}: ${problem.message}.`, { findings });
}

/** A dry run is about the series: what the machine lacks is told, and stops nothing. */
function asInfo(found: Finding): Finding {
  return { ...found, severity: 'info' };
}

async function audited({ inputs, source }: RestoreTarget, run: Run) {
  try {
    const options = {
      scheduleMs: inputs.schedule,
      maxAgeMs: inputs['max-age'],
      expectDatabase: inputs['expect-database'],
      now: run.startedAt,
      encrypted: inputs.decrypt !== null,
    };
    return await auditSeries(source, options, run.signal);
  } catch (error) {
    throw refusalOf(error) ?? error;
  }
}

/** The backup to test; where there is not one archive, there is nothing to test at all. */
async function choose(
  { inputs, source }: RestoreTarget,
  audit: SeriesAudit,
  { signal }: Run,
): Promise<Probed> {
  const wanted = inputs.depth === 'series' ? 'newest' : inputs.backup;
  try {
    const backup = chooseBackup(wanted, audit);
    const known = audit.backups.find((one) => one.backup === backup);
    const options = { encrypted: inputs.decrypt !== null };
    const chosen = known ?? (await probe(source, backup, options, signal));
    const isNothing = ({ problem }: Probed) => problem instanceof NotAnArchive;
    if (isNothing(chosen) && audit.backups.every(isNothing)) {
      const message = `${backup.key}: ${chosen.problem?.message}`;
      throw new Refusal('check-failed', message, { findings: audit.findings });
    }
    return chosen;
  } catch (error) {
    throw refusalOf(error) ?? error;
  }
}

function remarkOn(target: RestoreTarget, audit: SeriesAudit, chosen: Probed): string {
  const { ignored } = audit;
  const others =
    ignored.length > 0 &&
    `${formatCount(ignored.length)} other ${ignored.length === 1 ? 'file was' : 'files were'} left alone (${ignored.slice(0, 3).join(', ')}${ignored.length > 3 ? ', …' : ''}).`;
  const skipped =
    target.inputs.depth !== 'series' &&
    !isWhole(chosen) &&
    `${chosen.backup.key} (${formatBytes(chosen.backup.sizeBytes)}) was not restored: it is not worth trying.`;
  return [skipped, others].filter(Boolean).join(' ');
}
