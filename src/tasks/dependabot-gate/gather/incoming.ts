import type { AnnouncedUpdate } from '../announced.ts';
import { closureOf } from '../delta/closure.ts';
import { versionKey } from '../delta/lock-delta.ts';
import type { Incoming, Knowledge, LockfileChange } from '../evidence.ts';

/** Says of everything that comes or goes whether the announced updates account for it. */
export function explain(
  change: Omit<LockfileChange, 'unexplained' | 'unfitting' | 'missing'>,
  updates: readonly AnnouncedUpdate[],
  { published }: Knowledge,
): { lockfile: LockfileChange; incoming: Incoming[] } {
  const { path, ecosystem, before, after, delta } = change;
  const { announced, reached, ...judged } = closureOf(
    ...([before, after, delta, updates] as const),
    (name) => published.get(`${ecosystem}:${name}`),
  );
  const byVersion = Map.groupBy(delta.incoming, versionKey);
  const incoming = [...byVersion.values()].flatMap((places): Incoming[] => {
    const [first] = places;
    if (!first) return [];
    const { name, version } = first;
    const isAnnounced = places.every(({ id }) => announced.has(id));
    const isReached = places.every(({ id }) => reached.has(id));
    const kind = isAnnounced ? 'announced' : isReached ? 'closure' : 'unexplained';
    const former = delta.outgoing.filter((one) => one.name === name);
    return [{ ecosystem, lockfile: path, name, version, places, former, kind }];
  });
  return { lockfile: { ...change, ...judged }, incoming };
}
