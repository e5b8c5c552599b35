import { createHash } from 'node:crypto';
import type { DependencyFinding } from '../../core/finding.ts';
import type { History } from '../../core/maintenance-log.ts';

/** What a run keeps of its findings, so that the next one can say what is new. */
export interface Memory {
  /** `key → [day first seen, name for people]`; the gravest first. */
  readonly seen: ReadonlyMap<string, Seen>;
  /** Whether there was anything to remember: the first run cannot say what is new. */
  readonly isFirst: boolean;
  /** Whether it had to leave some out: then what it does not know need not be new. */
  readonly isCut: boolean;
}

export interface Seen {
  /** `2026-11-24` */
  readonly since: string;
  /** For people; null of the less grave ones, for the log keeps only so much. */
  readonly name: string | null;
}

/** What became of a finding since the run before. */
export interface SinceLastTime {
  readonly isFirst: boolean;
  readonly fresh: readonly DependencyFinding[];
  readonly still: number;
  readonly fixed: readonly Seen[];
  /** What was not seen, and may be there all the same, since not all could be looked at. */
  readonly unseen: Memory['seen'];
}

const maxKept = 500;
const maxNamed = 100;

/** Reads what the run before has kept; text from the log is held to its form. */
export function recall({ kept }: History): Memory {
  const list = isRecord(kept) ? kept['seen'] : null;
  const seen = new Map<string, Seen>();
  for (const entry of Array.isArray(list) ? list.slice(0, maxKept) : []) {
    const [key, since, name] = Array.isArray(entry) ? entry : [];
    if (typeof key !== 'string' || typeof since !== 'string') continue;
    if (!/^\d{4}-\d\d-\d\d$/.test(since)) continue;
    seen.set(key, { since, name: typeof name === 'string' ? name.slice(0, 60) : null });
  }
  const isCut = isRecord(kept) && kept['isCut'] === true;
  return { seen, isFirst: !Array.isArray(list), isCut };
}

/** What is kept of the findings of this run, the gravest first as they come. */
export function toKeep(
  findings: readonly DependencyFinding[],
  unseen: Memory['seen'] = new Map(),
): object {
  const own = findings
    .filter(isRemembered)
    .map((found) => [keyOf(found), found.firstSeen, nameOf(found)]);
  const older = [...unseen].map(([key, { since, name }]) => [key, since, name]);
  const all = [...own, ...older];
  const seen = all
    .slice(0, maxKept)
    .map(([key, since, name], index) =>
      index < maxNamed && name ? [key, since, name] : [key, since],
    );
  return all.length > maxKept ? { seen, isCut: true } : { seen };
}

/**
 * Gives each finding the day on which it was first seen, and says what changed. What is
 * missing is only fixed where everything could be looked at.
 */
export function compare(
  findings: readonly DependencyFinding[],
  { seen, isFirst, isCut }: Memory,
  today: string,
  isWhole = true,
): { findings: DependencyFinding[]; since: SinceLastTime } {
  const dated = findings.map((found) => ({
    ...found,
    firstSeen: seen.get(keyOf(found))?.since ?? today,
  }));
  const remembered = dated.filter(isRemembered);
  const keys = new Set(remembered.map(keyOf));
  const missing = new Map([...seen].filter(([key]) => !keys.has(key)));
  return {
    findings: dated,
    since: {
      isFirst,
      fresh:
        isFirst || isCut ? [] : remembered.filter((found) => !seen.has(keyOf(found))),
      still: remembered.filter((found) => seen.has(keyOf(found))).length,
      fixed: isWhole ? [...missing.values()] : [],
      unseen: isWhole ? new Map() : missing,
    },
  };
}

/** News of every week is no news: what is only outdated or not compiled is counted alone. */
function isRemembered({ code }: DependencyFinding): boolean {
  return code !== 'outdated' && code !== 'not-compiled';
}

/** The same trouble in the same place; the version may have moved without mending it. */
export function keyOf(found: DependencyFinding): string {
  const { code, ecosystem, package: name, advisory = '', manifest } = found;
  // An image or an action that is used in one more place is no news.
  const isUsed = ecosystem === 'docker' || ecosystem === 'github-actions';
  const file = isUsed ? found.version : manifest.replace(/:\d+$/, '');
  const parts = [code, ecosystem, name, advisory, file].join('\n');
  return createHash('sha256').update(parts).digest('base64url').slice(0, 10);
}

function nameOf({ code, package: name, version, advisory }: DependencyFinding): string {
  return [code, name, version, advisory].filter(Boolean).join(' ').slice(0, 60);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
