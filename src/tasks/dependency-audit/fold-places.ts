import type { DependencyFinding } from '../../core/finding.ts';

const maxShown = 10;

/** The same said of many places of the repository is one finding, with its places. */
export function foldPlaces(findings: readonly DependencyFinding[]): DependencyFinding[] {
  const same = Map.groupBy(findings, ({ code, message, advisory = '' }) =>
    [code, advisory, message].join('\n'),
  );
  return [...same.values()].flatMap((all) => {
    const [first] = all;
    if (!first || all.length === 1) return all;
    const places = all.map(({ manifest }) => manifest);
    const shown = places.slice(0, maxShown).join(', ');
    const more = places.length > maxShown ? `, and ${places.length - maxShown} more` : '';
    return [
      {
        ...first,
        message: `${first.message} In ${places.length} places: ${shown}${more}.`,
      },
    ];
  });
}
