import type { OsvEcosystem } from '../../../advisories/advisory.ts';
import type { DependencyFinding } from '../../../core/finding.ts';
import type { History } from '../../../core/maintenance-log.ts';

const ecosystems: readonly OsvEcosystem[] = ['crates.io', 'npm', 'GitHub Actions'];

const osvEcosystems: ReadonlyMap<string, OsvEcosystem> = new Map([
  ['cargo', 'crates.io'],
  ['npm', 'npm'],
  ['github-actions', 'GitHub Actions'],
]);

const maxOpen = 100;

/** What a quick look keeps for the next one. */
export interface DeltaState {
  /** When the newest record was changed that has been looked at, RFC 3339. */
  readonly feed: ReadonlyMap<OsvEcosystem, string>;
  /** Records that were reported and are still open: they are looked at each time. */
  readonly open: ReadonlyMap<OsvEcosystem, readonly string[]>;
}

/** Reads what the look before has kept; text from the log is held to its form. */
export function recallDelta({ kept }: History): DeltaState {
  const { feed, open } = (kept ?? {}) as Record<string, unknown>;
  const times = (feed ?? {}) as Record<string, unknown>;
  const ids = (open ?? {}) as Record<string, unknown>;
  return {
    feed: new Map(
      ecosystems.flatMap((ecosystem) => {
        const time = times[ecosystem];
        const isTime = typeof time === 'string' && !Number.isNaN(Date.parse(time));
        return isTime ? [[ecosystem, time] as const] : [];
      }),
    ),
    open: new Map(
      ecosystems.map((ecosystem) => {
        const list = ids[ecosystem];
        const known = Array.isArray(list) ? list.filter(isRecordId) : [];
        return [ecosystem, known.slice(0, maxOpen)] as const;
      }),
    ),
  };
}

/** The state after a look, as JSON; what is still to be looked at, as well. */
export function deltaToKeep(
  { feed, open: unseen }: DeltaState,
  findings: readonly DependencyFinding[],
): object {
  const open: Partial<Record<OsvEcosystem, readonly string[]>> =
    Object.fromEntries(unseen);
  for (const { ecosystem, advisory, aliases = [] } of findings) {
    const osv = osvEcosystems.get(ecosystem);
    if (!osv) continue;
    const ids = [advisory, ...aliases].filter(isRecordId);
    open[osv] = [...new Set([...(open[osv] ?? []), ...ids])].slice(0, maxOpen);
  }
  return { feed: Object.fromEntries(feed), open };
}

/** A record of its own at osv.dev, which a CVE is not for these ecosystems. */
function isRecordId(id: unknown): id is string {
  return typeof id === 'string' && /^(GHSA|RUSTSEC|MAL)-[\w-]{1,60}$/.test(id);
}
