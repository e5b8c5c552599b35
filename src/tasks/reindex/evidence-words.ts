import { formatBytes, formatShare } from '../../core/units.ts';
import { needsBaseline } from './baselines.ts';
import type { Evidence } from './evidence.ts';
import type { Judgement } from './judge.ts';

/** Says how bloated an index is, by what, and how sure that is. */
export function describeEvidence({ kind, bloat, margin, detail }: Evidence): string {
  const points = (margin * 100).toFixed(margin < 0.1 ? 1 : 0);
  return `${formatShare(bloat)} bloat (${kind}: ${detail}, ±${points} points)`;
}

/** A line on an index for the job's log. */
export function describeJudgement({ index, evidence }: Judgement): string {
  const size = index.bytes === null ? 'locked' : formatBytes(index.bytes);
  const unknown = needsBaseline(index)
    ? 'no size a row is known of it yet'
    : 'nothing is known of its bloat';
  return `${index.id}, ${size}: ${evidence ? describeEvidence(evidence) : unknown}`;
}
