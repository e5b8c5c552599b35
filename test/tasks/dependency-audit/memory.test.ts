import { describe, expect, test } from 'vitest';
import {
  type DependencyFinding,
  dependencyFinding,
  type FindingCode,
} from '../../../src/core/finding.ts';
import { noPolicy } from '../../../src/dependencies/policy.ts';
import { withClock } from '../../../src/tasks/dependency-audit/clock.ts';
import { compare, recall, toKeep } from '../../../src/tasks/dependency-audit/memory.ts';

const vulnerable = (name: string, version = '1.0.0', code: FindingCode = 'vulnerable') =>
  dependencyFinding(
    code,
    {
      ecosystem: 'cargo',
      package: name,
      version,
      manifest: 'Cargo.lock',
      advisory: `RUSTSEC-${name}`,
    },
    `${name} has a hole.`,
  );

/** A run after those before it: what it says, and what it keeps. */
function run(found: DependencyFinding[], today: string, kept?: unknown) {
  const memory = recall({ runs: [], ...(kept !== undefined && { kept }) });
  const compared = compare(found, memory, today);
  return { ...compared, kept: JSON.parse(JSON.stringify(toKeep(compared.findings))) };
}

describe('since last time', () => {
  const first = run([vulnerable('a'), vulnerable('b')], '2026-11-17');

  test('the first run calls nothing new', () => {
    expect(first.since).toMatchObject({ isFirst: true, fresh: [], still: 0, fixed: [] });
    expect(first.findings.map(({ firstSeen }) => firstSeen)).toEqual([
      '2026-11-17',
      '2026-11-17',
    ]);
  });

  test('the next one says what is new, still there and fixed', () => {
    const next = run([vulnerable('b'), vulnerable('c')], '2026-11-24', first.kept);
    expect(next.since.fresh.map((one) => one.package)).toEqual(['c']);
    expect(next.since.still).toBe(1);
    expect(next.since.fixed).toEqual([
      { since: '2026-11-17', name: 'vulnerable a 1.0.0 RUSTSEC-a' },
    ]);
    expect(next.findings.map(({ firstSeen }) => firstSeen)).toEqual([
      '2026-11-17',
      '2026-11-24',
    ]);
  });

  test('an update that does not mend it is no news', () => {
    const next = run([vulnerable('a', '1.0.1')], '2026-11-24', first.kept);
    expect(next.since).toMatchObject({ fresh: [], still: 1 });
  });

  test('what is only outdated or not compiled is not remembered', () => {
    const quiet = [
      vulnerable('a', '1', 'outdated'),
      vulnerable('b', '1', 'not-compiled'),
    ];
    expect(run(quiet, '2026-11-24', first.kept).since.fresh).toEqual([]);
    expect(run(quiet, '2026-11-24').kept).toEqual({ seen: [] });
  });

  test('a thousand findings are kept in what an issue can hold', () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      vulnerable(`package-${index}`),
    );
    const { kept } = run(many, '2026-11-24');
    expect(JSON.stringify(kept).length).toBeLessThan(24_000);
    const next = run(many, '2026-12-01', kept);
    expect(next.since.still).toBe(500);
  });

  test.each([
    null,
    'text',
    [],
    { seen: 'x' },
    { seen: [1, ['a'], ['k', 'no day', 'n']] },
  ])('what the log says is held to its form: %j', (kept) => {
    const { findings } = run([vulnerable('a')], '2026-11-24', kept);
    expect(findings[0]?.firstSeen).toBe('2026-11-24');
  });
});

test.each([
  ['2026-11-24', 'Open 0 d of 7, due 2026-12-01.'],
  ['2026-11-20', 'Open 4 d of 7, due 2026-11-27.'],
  ['2026-11-17', 'Open 7 d of 7, due 2026-11-24.'],
  ['2026-11-10', 'Open 14 d of 7, due 2026-11-17, overdue.'],
])('The clock of what was first seen on %s', (firstSeen, clock) => {
  const now = new Date('2026-11-24T05:17:00Z');
  const found = { ...vulnerable('a'), firstSeen };
  expect(withClock(found, noPolicy, now).message).toBe(`a has a hole. ${clock}`);
});

test('What has no limit has no clock', () => {
  const found = { ...vulnerable('a', '1.0.0', 'unmaintained'), firstSeen: '2026-11-24' };
  expect(withClock(found, noPolicy, new Date())).toBe(found);
});
