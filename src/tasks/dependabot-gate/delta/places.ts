import type { LockedPackage, LockGraph } from '../../../dependencies/model.ts';
import { importName } from '../../../dependencies/npm/lock-entry.ts';
import { realRequirement } from '../../../dependencies/npm/requirement.ts';

/** A package of a package-lock.json that lies where npm would not put it. */
export interface Misplaced {
  readonly package: LockedPackage;
  /** Whether nothing asks for it, or it would lie where something else belongs. */
  readonly why: 'unasked' | 'alias' | 'place';
}

const packageName = /^(?:@[\w~-][\w.~-]*\/)?[\w~!'()*-][\w.~!'()*-]*$/;

/**
 * Finds packages in folders that were not there before and npm would not make: outside of
 * the project, below what is no package, under a name by which nothing asks for them.
 */
export function misplaced(before: LockGraph, after: LockGraph): Misplaced[] {
  if (after.ecosystem !== 'npm') return [];
  const requirements = Map.groupBy(
    [...after.packages.values()].flatMap(({ edges }) => edges),
    ({ to }) => to,
  );
  return [...after.packages.values()].flatMap((one): Misplaced[] => {
    const name = importName(one.id);
    if (name === null || before.packages.get(one.id)?.name === one.name) return [];
    const folder = one.id.slice(0, -`/node_modules/${name}`.length) || '.';
    const isPlace = packageName.test(name) && after.packages.has(folder);
    if (!isPlace) return [{ package: one, why: 'place' }];
    const asked = requirements.get(one.id) ?? [];
    const isAlias = asked.some(
      ({ requirement }) => realRequirement(requirement ?? '').package === one.name,
    );
    if (name !== one.name && !isAlias) return [{ package: one, why: 'alias' }];
    return asked.length > 0 ? [] : [{ package: one, why: 'unasked' }];
  });
}
