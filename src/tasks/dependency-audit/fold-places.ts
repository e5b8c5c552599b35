import { type DependencyFinding, isAtOrAbove } from '../../core/finding.ts';

const maxShown = 10;

/**
 * The same said of many places of the repository is one finding, with its places, and as
 * grave as the gravest of them. Where it stands is no part of what makes it the same.
 */
export function foldPlaces(findings: readonly DependencyFinding[]): DependencyFinding[] {
  const same = Map.groupBy(findings, (found) =>
    JSON.stringify([
      found.code,
      found.ecosystem,
      found.package,
      found.version,
      found.advisory ?? null,
      found.message,
    ]),
  );
  return [...same.values()].flatMap((all) => {
    const gravest = all.reduce((one, next) =>
      isAtOrAbove(one.severity, next.severity) ? one : next,
    );
    const places = [...new Set(all.map(({ manifest }) => manifest))];
    if (places.length === 1) return [gravest];
    const shown = places.slice(0, maxShown).join(', ');
    const more = places.length > maxShown ? `, and ${places.length - maxShown} more` : '';
    const message = `${gravest.message} In ${places.length} places: ${shown}${more}.`;
    return [{ ...gravest, message }];
  });
}
