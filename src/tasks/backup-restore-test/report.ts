import type { Run } from '../../core/run.ts';
import { undoneSteps } from '../../core/step-words.ts';
import type { Conclusion, Ended } from '../../core/task.ts';
import { formatCount, formatSeconds } from '../../core/units.ts';
import type { Evidence } from './evidence.ts';
import type { Depth } from './inputs.ts';
import { metricsOf } from './metrics.ts';
import { reportTables } from './tables.ts';
import type { RestoreTarget } from './target.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** What a test says beside its steps: the verdict, its figures, and what it saw. */
export function concludeTest(ended: Ended<RestoreTarget>, run: Run): Conclusion {
  const { target, findings, outcome, history } = ended;
  const verdict = verdictOf(outcome, findings);
  if (!target) return { outputs: { verdict }, metrics: {}, tables: [] };
  const { evidence } = target;
  const depth = run.dryRun ? 'series' : target.inputs.depth;
  const metrics = metricsOf(evidence, depth);
  return {
    message: sentence(verdict, depth, ended, { dryRun: run.dryRun, metrics }),
    outputs: { verdict },
    metrics,
    tables: reportTables(evidence, { verdict, depth, metrics, history }),
  };
}

type Metrics = Readonly<Record<string, number>>;

const words: Record<Verdict, string> = {
  verified: 'Verified',
  failed: 'Failed',
  'not-verified': 'Not verified',
};

function sentence(
  verdict: Verdict,
  depth: Depth,
  { target, steps }: Ended<RestoreTarget>,
  { dryRun, metrics }: { readonly dryRun: boolean; readonly metrics: Metrics },
): string {
  const { evidence } = target as RestoreTarget;
  const parts = [
    ...whatWasSeen(evidence, depth, metrics),
    seriesWords(evidence),
    ...undoneSteps(steps),
    dryRun ? 'nothing was downloaded or restored' : '',
  ];
  return `${words[verdict]} (${depth}): ${parts.filter(Boolean).join('; ')}.`;
}

function whatWasSeen(
  evidence: Evidence,
  depth: Depth,
  { recoveryTimeSeconds }: Metrics,
): string[] {
  const { backup, archive, decoded, detectors, proof } = evidence;
  if (!backup || depth === 'series') return [];
  const seen = [`${backup.key}${archive ? ` of ${archive.header.database}` : ''}`];
  if (proof && depth === 'full') {
    const { tables, tablesProven, rows } = proof;
    seen.push(
      `${formatCount(tablesProven)} of ${formatCount(tables.length)} tables (${formatCount(rows)} rows) restored as they are in the archive`,
    );
  } else if (decoded) {
    seen.push(`${formatCount(decoded.rows)} rows decoded to the last block`);
  }
  if (recoveryTimeSeconds)
    seen.push(`recovery took ${formatSeconds(recoveryTimeSeconds)}`);
  if (detectors) seen.push(`detectors alive ${detectors.rejected}/${detectors.of}`);
  return seen;
}

function seriesWords({ audit }: Evidence): string {
  if (!audit) return '';
  const { backups, worstGapMs, recoveryPointMs } = audit;
  const count = formatCount(backups.length);
  if (backups.length > 1 && worstGapMs !== null) {
    return `${count} backups, never more than ${formatSeconds(worstGapMs / 1000)} without one`;
  }
  const age =
    recoveryPointMs === null ? '' : `, ${formatSeconds(recoveryPointMs / 1000)} old`;
  return `${count} ${backups.length === 1 ? 'backup' : 'backups'}${age}`;
}
