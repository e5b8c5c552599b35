import type { Run } from '../../core/run.ts';
import { type Plan, Refusal } from '../../core/task.ts';
import { formatBytes, formatCount } from '../../core/units.ts';
import { NotAnArchive } from '../../pg-dump/parse-archive.ts';
import { checkFitness } from './fitness.ts';
import type { PhaseStep } from './phases.ts';
import { planPhases } from './plan-phases.ts';
import { refusalOf } from './refusal.ts';
import { auditSeries, type SeriesAudit } from './series/audit.ts';
import { chooseBackup } from './series/choose.ts';
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
  if (chosen.archive) evidence.archive = chosen.archive;
  const localFile = source.fileOf?.(chosen.backup);
  if (localFile) evidence.file = localFile;
  const metrics = {
    backups: audit.backups.length,
    archiveBytes: chosen.backup.sizeBytes,
    ...(audit.worstGapMs !== null && {
      recoveryPointSeconds: Math.round(audit.worstGapMs / 1000),
    }),
  };
  const plan = { metrics, jobs: 2, remark: remarkOn(target, audit, chosen) };
  // What is damaged at its first or last bytes is not worth a download.
  if (inputs.depth === 'series' || !isWhole(chosen)) {
    const isOfSeries = audit.backups.includes(chosen);
    const ofChosen = isOfSeries ? [] : judgeIntegrity([chosen], target.place);
    return { ...plan, steps: [], findings: [...audit.findings, ...ofChosen] };
  }
  // Nobody can look into what is encrypted: what it needs is seen once it is decrypted.
  const fitness = inputs.decrypt ? null : await checkFitness(target, run);
  const findings = [...audit.findings, ...(fitness?.findings ?? [])];
  if (fitness && !fitness.isFit && !run.dryRun) {
    const [obstacle] = fitness.findings;
    const message = `${obstacle?.message ?? ''} Nothing was downloaded.`;
    throw new Refusal('check-failed', message, { findings });
  }
  return { ...plan, steps: planPhases(target, run), findings };
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
