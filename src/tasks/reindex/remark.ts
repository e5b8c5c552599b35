import { formatBytes, formatCount, formatShare } from '../../core/units.ts';
import type { Evidence } from './evidence.ts';
import type { Index } from './indexes.ts';
import type { ReindexInputs } from './inputs.ts';

/** What became of the indexes that were looked at, as far as the plan knows. */
export interface LookedAt {
  /** All that the inputs mean, but for those of the system. */
  readonly indexes: readonly Index[];
  readonly judged: ReadonlyMap<Index, Evidence | null>;
  readonly chosen: ReadonlySet<Index>;
  isCool(index: Index): boolean;
  isNamed(index: Index): boolean;
}

type Limits = Pick<ReindexInputs, 'min-bloat' | 'min-size'>;

/** Those named by the user, and left alone, that are told one by one. */
const maxNamed = 5;

/**
 * Says how many indexes were looked at and why the others are left alone: that none needs a
 * rebuild must not be read where nobody knows.
 */
export function remarkOn(lookedAt: LookedAt, limits: Limits): string {
  const { indexes, chosen } = lookedAt;
  const counts = Map.groupBy(indexes, (index) => fateOf(index, lookedAt, limits));
  const parts = [...counts]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([fate, of]) => `${formatCount(of.length)} ${fate}`);
  const count =
    indexes.length === 1 ? '1 index' : `${formatCount(indexes.length)} indexes`;
  const named = indexes.filter((index) => lookedAt.isNamed(index) && !chosen.has(index));
  const each = named
    .slice(0, maxNamed)
    .map((index) => `${index.id} (${reasonFor(index, lookedAt, limits)})`);
  const more = named.length > maxNamed ? ` and ${named.length - maxNamed} more` : '';
  return [
    `Looked at ${count}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}.`,
    each.length > 0 && `Named, and left alone: ${each.join(', ')}${more}.`,
  ]
    .filter(Boolean)
    .join(' ');
}

function fateOf(index: Index, lookedAt: LookedAt, limits: Limits): string {
  const { judged, chosen } = lookedAt;
  if (chosen.has(index)) {
    return `bloated by ${formatShare(limits['min-bloat'])} or more`;
  }
  if (index.bytes === null) return 'locked by somebody';
  if (index.bytes < limits['min-size']) return 'under min-size';
  if (lookedAt.isCool(index)) return 'rebuilt within the cool-down';
  if (!judged.has(index)) return 'not to be rebuilt';
  if (judged.get(index)) return 'not bloated enough';
  return index.method === 'btree'
    ? 'of which nothing is known'
    : 'without an earlier size to compare with';
}

function reasonFor(index: Index, lookedAt: LookedAt, limits: Limits): string {
  const fate = fateOf(index, lookedAt, limits);
  const evidence = lookedAt.judged.get(index);
  if (fate === 'not bloated enough' && evidence) {
    return `${formatShare(evidence.bloat)} bloat`;
  }
  return fate === 'under min-size' ? `${formatBytes(index.bytes ?? 0)}, ${fate}` : fate;
}
