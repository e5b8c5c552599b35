import { describe, expect, test } from 'vitest';
import type { LockedPackage, LockGraph } from '../../src/dependencies/model.ts';
import { pathFromRoot, reachable } from '../../src/dependencies/path.ts';

/** A graph by the ids that each package leads to; what begins with `?` is a dev edge. */
function graph(leads: Record<string, string[]>, ...roots: string[]): LockGraph {
  const packages = new Map<string, LockedPackage>();
  for (const [id, targets] of Object.entries(leads)) {
    const edges = targets.map((target) => ({
      to: target.replace('?', ''),
      requirement: null,
      scope: target.startsWith('?') ? ('dev' as const) : null,
      optional: false,
    }));
    const origin = { kind: 'registry', url: null } as const;
    const named = { id, name: id, version: '1.0.0', origin, integrity: null };
    packages.set(id, { ...named, edges });
  }
  return { ecosystem: 'npm', lockfile: 'package-lock.json', packages, roots };
}

const diamond = graph(
  {
    app: ['web', 'log', '?test'],
    web: ['http'],
    http: ['parse', 'web'],
    log: ['parse'],
    test: ['http', 'gone'],
    parse: [],
    tool: ['parse'],
    stray: ['stray'],
  },
  'app',
  'tool',
);

describe('the path from a root', () => {
  test.each([
    ['app', ['app']],
    ['http', ['app', 'web', 'http']],
    // Of the ways that are equally short, the first; a root of its own is nearest.
    ['parse', ['tool', 'parse']],
    ['test', ['app', 'test']],
    ['stray', null],
    ['gone', null],
    ['__proto__', null],
  ])('to %s is %j', (id, expected) => {
    expect(pathFromRoot(diamond)(id)).toEqual(expected);
  });

  test('leads over allowed edges alone', () => {
    const find = pathFromRoot(diamond, (_, edge) => edge.scope !== 'dev');
    expect(find('test')).toBeNull();
    expect(find('http')).toEqual(['app', 'web', 'http']);
    const around = pathFromRoot(
      diamond,
      (from, edge) => edge.to !== 'http' || from.id === 'test',
    );
    expect(around('http')).toEqual(['app', 'test', 'http']);
  });

  test('may be as long as a lockfile makes it', () => {
    const chain: Record<string, string[]> = {};
    for (let at = 0; at < 50_000; at++) chain[`p${at}`] = [`p${at + 1}`];
    const path = pathFromRoot(graph({ ...chain, p50000: ['p0'] }, 'p0'))('p50000');
    expect(path).toHaveLength(50_001);
    expect(path?.slice(-2)).toEqual(['p49999', 'p50000']);
  });
});

test('what can be reached is what has a path', () => {
  const find = pathFromRoot(diamond);
  const ids = [...diamond.packages.keys()];
  expect([...reachable(diamond)].sort()).toEqual(ids.filter((id) => find(id)).sort());
  expect(reachable(diamond, () => false)).toEqual(new Set(['app', 'tool']));
});
