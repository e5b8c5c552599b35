import { expect, test } from 'vitest';
import {
  type DependencyDetails,
  type DependencyFinding,
  dependencyFinding,
  type Severity,
} from '../../../src/core/finding.ts';
import { foldPlaces } from '../../../src/tasks/dependency-audit/fold-places.ts';

function unpinned(
  manifest: string,
  more: Partial<DependencyDetails> & { severity?: Severity; message?: string } = {},
): DependencyFinding {
  const { severity = 'low', message = 'It is not pinned.', ...details } = more;
  const about = {
    ...({ ecosystem: 'docker', package: 'rust', version: '1.93' } as const),
    ...{ manifest, ...details },
  };
  return dependencyFinding('unpinned', about, message, { severity });
}

const shown = (findings: readonly DependencyFinding[]) =>
  foldPlaces(findings).map(({ message, manifest }) => `${manifest}: ${message}`);

test('the same in many places is one finding, wherever it is seen first', () => {
  const [a, b] = [unpinned('a/Dockerfile:1'), unpinned('b/Dockerfile:9')];
  const twice = 'It is not pinned. In 2 places:';
  expect(shown([a, b])).toEqual([
    `a/Dockerfile:1: ${twice} a/Dockerfile:1, b/Dockerfile:9.`,
  ]);
  expect(shown([b, a])).toEqual([
    `b/Dockerfile:9: ${twice} b/Dockerfile:9, a/Dockerfile:1.`,
  ]);
  expect(shown([b, b])).toEqual(['b/Dockerfile:9: It is not pinned.']);
});

test.each<[string, Parameters<typeof unpinned>[1]]>([
  ['package', { package: 'node' }],
  ['version', { version: '1.94' }],
  ['ecosystem', { ecosystem: 'github-actions' }],
  ['advisory', { advisory: 'GHSA-aaaa-bbbb-cccc' }],
  ['message', { message: 'It floats.' }],
])('of another %s is another', (_, more) => {
  expect(foldPlaces([unpinned('a:1'), unpinned('b:1', more)])).toHaveLength(2);
});

test('it is as grave as the gravest, and lists ten places', () => {
  const places = Array.from({ length: 12 }, (_, index) =>
    unpinned(`${index}:1`, { severity: index === 7 ? 'medium' : 'info' }),
  );
  const [one, ...more] = foldPlaces(places);
  expect(more).toEqual([]);
  expect(one?.severity).toBe('medium');
  expect(one?.message).toMatch(/In 12 places: 0:1, .*, 9:1, and 2 more\.$/);
});
