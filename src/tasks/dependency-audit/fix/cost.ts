import type { Bump, Fix } from './world.ts';

/** The fewer bumps, then the fewer that break something; of equals, the first is the lowest. */
export function isBetter(fix: Fix, than: Fix | null): boolean {
  if (than === null) return true;
  const [one, other] = [costOf(fix), costOf(than)];
  const differs = one.findIndex((cost, index) => cost !== other[index]);
  return differs >= 0 && (one[differs] ?? 0) < (other[differs] ?? 0);
}

/** Whether no fix could be smaller: one bump that breaks nothing. */
export function isBest(fix: Fix): boolean {
  return costOf(fix).join() === '1,0,0,0';
}

/** A manifest that somebody has to edit counts like a bump. */
function costOf(fix: Fix): number[] {
  if (fix.kind === 'blocked') return [Number.POSITIVE_INFINITY];
  const { bumps } = fix;
  const count = (is: (bump: Bump) => boolean) => bumps.filter(is).length;
  return [
    bumps.reduce((sum, { manifests }) => sum + 1 + manifests.length, 0),
    count(({ isDeprecated }) => isDeprecated),
    count(({ isCompatible }) => !isCompatible),
    count(({ isFresh }) => isFresh),
  ];
}

/** A parent that several want to move is moved once. */
export function distinct(bumps: readonly Bump[]): Bump[] {
  return [...new Map(bumps.map((bump) => [bump.id, bump])).values()];
}
