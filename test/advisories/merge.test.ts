import { describe, expect, test } from 'vitest';
import type { OsvEcosystem } from '../../src/advisories/advisory.ts';
import { mergeRecords } from '../../src/advisories/merge.ts';
import { readRecord } from '../../src/advisories/record.ts';
import { made } from './records.ts';

function merge(values: readonly unknown[], ecosystem: OsvEcosystem = 'npm') {
  return mergeRecords(
    values.flatMap((value) => readRecord(value) ?? []),
    ecosystem,
    'left-pad',
  );
}

const crate = (id: string, aliases: string[], fixed: string, more: object = {}) =>
  made(id, {
    ecosystem: 'crates.io',
    events: [{ introduced: '0' }, { fixed }],
    record: { aliases, ...more },
  });

describe('records of one problem', () => {
  const rustSec = crate('RUSTSEC-2024-0001', ['CVE-2024-1'], '1.2.3');
  const ghsa = crate('GHSA-aaaa', ['CVE-2024-1'], '1.3.0', {
    database_specific: { severity: 'HIGH' },
    modified: '2026-01-01T00:00:00Z',
  });

  test.each([
    ['one order', [rustSec, ghsa]],
    ['the other', [ghsa, rustSec]],
  ])('are one, by a third name, in %s', (_, records) => {
    const [advisory, ...others] = merge(records, 'crates.io');
    expect(others).toEqual([]);
    expect(advisory).toMatchObject({
      id: 'RUSTSEC-2024-0001',
      aliases: ['CVE-2024-1', 'GHSA-aaaa'],
      class: 'vulnerable',
      severity: 'high',
      summary: 'about RUSTSEC-2024-0001',
      published: '2025-01-01T00:00:00Z',
      modified: '2026-01-01T00:00:00Z',
      url: 'https://rustsec.org/advisories/RUSTSEC-2024-0001.html',
    });
  });

  test('concern what one of them says, and are fixed where all say so', () => {
    const [advisory] = merge([rustSec, ghsa], 'crates.io');
    expect(advisory?.affects('1.2.5')).toBe(true);
    expect(advisory?.fixedIn).toEqual(['1.3.0']);
  });

  test('are one over any number of steps, also where the link comes last', () => {
    const chain = [
      crate('GHSA-a', ['CVE-1'], '1.0.0'),
      crate('GHSA-b', ['CVE-2'], '1.0.0'),
      crate('GHSA-d', ['CVE-3', 'CVE-2'], '1.0.0'),
      crate('GHSA-x', ['CVE-9'], '1.0.0'),
      crate('GHSA-c', ['CVE-1', 'CVE-3'], '1.0.0'),
    ];
    const ids = merge(chain, 'crates.io').map(({ id, aliases }) =>
      [id, ...aliases].join(' '),
    );
    expect(ids).toEqual([
      'GHSA-a CVE-1 CVE-2 CVE-3 GHSA-b GHSA-c GHSA-d',
      'GHSA-x CVE-9',
    ]);
  });

  test('a chain of 20,000 takes no square of time and no stack', () => {
    const chain = Array.from({ length: 20_000 }, (_, n) =>
      crate(`GHSA-${n}`, [`GHSA-${n + 1}`], '1.0.0'),
    );
    expect(merge(chain, 'crates.io')).toHaveLength(1);
  });
});

test.each<[string, OsvEcosystem, string[], string]>([
  ['npm', 'npm', ['RUSTSEC-2024-1', 'GHSA-b', 'CVE-1'], 'GHSA-b'],
  ['malicious', 'npm', ['GHSA-b', 'MAL-2024-1'], 'MAL-2024-1'],
  ['crates', 'crates.io', ['GHSA-b', 'RUSTSEC-2024-1'], 'RUSTSEC-2024-1'],
  ['none of them', 'npm', ['OSV-2', 'CVE-1'], 'CVE-1'],
])('%s: the name is that of the own database', (_, ecosystem, ids, expected) => {
  const records = ids.map((id) =>
    made(id, { ecosystem, record: { aliases: ['CVE-7'] } }),
  );
  expect(merge(records, ecosystem).map(({ id }) => id)).toEqual([expected]);
});

describe('class', () => {
  const unsound = { database_specific: { informational: 'unsound' } };
  const rustSec = (id: string, affected: object = {}) =>
    made(id, { ecosystem: 'crates.io', affected, record: { aliases: ['CVE-1'] } });
  const ghsa = rustSec('GHSA-b');

  test("RustSec's word goes before GHSA's", () => {
    const [advisory] = merge([ghsa, rustSec('RUSTSEC-2024-1', unsound)], 'crates.io');
    expect(advisory?.class).toBe('unsound');
  });

  test('of two words of RustSec the graver counts', () => {
    const records = [rustSec('RUSTSEC-2024-1', unsound), rustSec('RUSTSEC-2024-2')];
    expect(merge(records, 'crates.io')[0]?.class).toBe('vulnerable');
  });

  test('a notice says that it is one', () => {
    const affected = { database_specific: { informational: 'notice' } };
    const [advisory] = merge([rustSec('RUSTSEC-2024-1', affected)], 'crates.io');
    expect(advisory).toMatchObject({ class: 'unmaintained', severity: 'low' });
    expect(advisory?.summary).toBe('Notice: about RUSTSEC-2024-1');
  });
});

test('withdrawn records are skipped, also beside one that stands', () => {
  const withdrawn = { aliases: ['CVE-1'], withdrawn: '2025-01-01T00:00:00Z' };
  const records = [
    made('GHSA-a', { events: [{ introduced: '0' }], record: withdrawn }),
    made('GHSA-b', {
      events: [{ introduced: '0' }, { fixed: '1.0.0' }],
      record: { aliases: ['CVE-1'] },
    }),
  ];
  const [advisory, ...others] = merge(records);
  expect(others).toEqual([]);
  expect(advisory?.id).toBe('GHSA-b');
  expect(advisory?.affects('1.0.0')).toBe(false);
  expect(merge(records.slice(0, 1))).toEqual([]);
});

test('several entries of one package count together; those of others do not', () => {
  const entry = (name: string, ecosystem: string, introduced: string, fixed: string) => ({
    package: { name, ecosystem },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced }, { fixed }] }],
  });
  const [advisory] = merge([
    {
      ...made('GHSA-a'),
      affected: [
        entry('left-pad', 'npm', '1.0.0', '1.2.0'),
        entry('left-pad', 'npm', '2.0.0', '2.1.0'),
        entry('left-pad', 'crates.io', '5.0.0', '5.1.0'),
        entry('Left-Pad', 'npm', '6.0.0', '6.1.0'),
        entry('right-pad', 'npm', '7.0.0', '7.1.0'),
      ],
    },
  ]);
  const versions = ['1.1.0', '1.2.0', '2.0.0', '2.1.0', '5.0.0', '6.0.0', '7.0.0'];
  expect(versions.filter((version) => advisory?.affects(version))).toEqual([
    '1.1.0',
    '2.0.0',
  ]);
  expect(advisory?.fixedIn).toEqual(['1.2.0', '2.1.0']);
});

test('GitHub does not tell upper from lower case', () => {
  const record = made('GHSA-a', { ecosystem: 'GitHub Actions', name: 'Left-PAD' });
  expect(merge([record], 'GitHub Actions')).toHaveLength(1);
});

test('a record that is there twice counts as its newer one', () => {
  const old = made('GHSA-a', {
    record: { modified: '2020-01-01T00:00:00Z', summary: 'old' },
  });
  const [advisory, ...others] = merge([made('GHSA-a'), old]);
  expect(others).toEqual([]);
  expect(advisory?.summary).toBe('about GHSA-a');
});

test('the gravest come first, and the unrated rank as high', () => {
  const rated = (id: string, severity?: string) =>
    made(id, { record: { database_specific: { severity } } });
  const records = [
    rated('GHSA-low', 'LOW'),
    rated('GHSA-unrated'),
    rated('GHSA-moderate', 'MODERATE'),
    rated('GHSA-critical', 'CRITICAL'),
    made('MAL-2024-1'),
  ];
  expect(merge(records).map(({ id }) => id)).toEqual([
    'MAL-2024-1',
    'GHSA-critical',
    'GHSA-unrated',
    'GHSA-moderate',
    'GHSA-low',
  ]);
});
