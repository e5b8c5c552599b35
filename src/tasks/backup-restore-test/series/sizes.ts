import type { Finding } from '../../../core/finding.ts';
import { formatBytes, formatShare } from '../../../core/units.ts';
import { type Case, fold } from './fold.ts';
import { medianOf } from './median.ts';
import { isWhole, type Probed } from './probed.ts';

const comparedWith = 7;
const fewestCompared = 3;
/** Older ones are of no use any more; a run a month sees all of them once. */
const judgedBackups = 31;

/** Backups of less than half or more than double the size of those before them. */
export function judgeSizes(backups: readonly Probed[], place: string): Finding[] {
  const cases: Case[] = [];
  let hasNewestShrunk = false;
  for (const { one, before } of withThoseBefore(backups)) {
    const medianBytes = medianOf(before.map(({ backup }) => backup.sizeBytes)) ?? 0;
    const { key, sizeBytes } = one.backup;
    if (sizeBytes >= medianBytes / 2 && sizeBytes <= medianBytes * 2) continue;
    const direction = sizeBytes < medianBytes ? 'smaller' : 'larger';
    hasNewestShrunk ||= direction === 'smaller' && one === backups.at(-1);
    cases.push({
      key,
      message: `${key} is ${direction} than those before it: ${formatBytes(sizeBytes)}, ${formatShare(sizeBytes / medianBytes)} of their median of ${formatBytes(medianBytes)}.`,
    });
  }
  return fold('size-anomaly', place, cases, {
    all: 'differ much in size from those before them',
    // What it has lost may be more than any one table tells.
    ...(hasNewestShrunk && { severity: 'high' as const }),
  });
}

/** Each of the newest backups, with up to seven before it that it can be compared with. */
export function withThoseBefore(
  backups: readonly Probed[],
): { one: Probed; before: Probed[] }[] {
  const whole = backups.filter(isWhole);
  const firstJudged = Math.max(0, whole.length - judgedBackups);
  return whole
    .slice(firstJudged)
    .map((one, index) => ({
      one,
      before: whole
        .slice(0, firstJudged + index)
        .filter((each) => isComparable(each, one))
        .slice(-comparedWith),
    }))
    .filter(({ before }) => before.length >= fewestCompared);
}

/** Other compression, or another database, has other sizes. */
function isComparable({ archive: a }: Probed, { archive: b }: Probed): boolean {
  return a?.header.codec === b?.header.codec && a?.header.database === b?.header.database;
}
