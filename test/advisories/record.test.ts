import { describe, expect, test } from 'vitest';
import { readRecord } from '../../src/advisories/record.ts';
import { made } from './records.ts';

const highVector = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H';
const lowVector = 'CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N';

function entryOf(record: unknown) {
  const [entry] = readRecord(record)?.affected ?? [];
  if (entry === undefined) throw new Error('the record was not read');
  return entry;
}

test.each([
  ['null', null],
  ['a list', []],
  ['a text', 'GHSA-1'],
  ['no id', { ...made('GHSA-1'), id: undefined }],
  ['an id that is none', { ...made('GHSA-1'), id: '../../etc/passwd' }],
  ['an id with a line break', { ...made('GHSA-1'), id: 'GHSA-1\n::error::x' }],
  ['a huge id', { ...made('GHSA-1'), id: `GHSA-${'1'.repeat(10_000)}` }],
])('%s is no record', (_, value) => {
  expect(readRecord(value)).toBe(null);
});

test('odd fields are left out, and never thrown over', () => {
  const odd = JSON.parse(`{
    "id": "GHSA-1", "aliases": [7, null, "CVE-1", "a b", {}], "summary": 5, "withdrawn": "",
    "published": "yesterday", "modified": {}, "details": "\\u0007one\\r::error::x\\ntwo",
    "severity": [null, {"type": "CVSS_V3"}, 7], "database_specific": [],
    "__proto__": {"withdrawn": "2020-01-01T00:00:00Z"},
    "affected": [null, 7, {}, {"package": {"name": 7, "ecosystem": "npm"}},
      {"package": {"name": "p", "ecosystem": "npm"}, "versions": 7, "ranges": [null, {},
        {"type": "SEMVER", "events": [null, 7, {"introduced": 0}, {"fixed": "1.0.0"}]}]}]
  }`);
  const record = readRecord(odd);
  expect(record).toMatchObject({
    id: 'GHSA-1',
    aliases: ['CVE-1'],
    summary: 'one ::error::x',
    published: null,
    modified: null,
    withdrawn: false,
  });
  expect(record?.affected).toHaveLength(1);
  expect(record?.affected[0]?.ranges).toEqual([[{ kind: 'fixed', version: '1.0.0' }]]);
});

test('a long summary is cut', () => {
  const record = readRecord(made('GHSA-1', { record: { summary: 'x'.repeat(1e6) } }));
  expect(record?.summary).toHaveLength(300);
});

describe('class', () => {
  test.each([
    [null, 'vulnerable'],
    ['unsound', 'unsound'],
    ['unmaintained', 'unmaintained'],
    ['notice', 'unmaintained'],
    ['something new', 'vulnerable'],
  ])('RustSec: %s is %s', (informational, expected) => {
    const affected = { database_specific: { informational } };
    expect(entryOf(made('RUSTSEC-2024-0001', { affected })).class).toBe(expected);
  });

  test.each([
    ['its id', 'MAL-2024-1', {}],
    ['an alias', 'RUSTSEC-2022-0042', { aliases: ['MAL-2022-1'] }],
    ['its origin', 'GHSA-1', { database_specific: { 'malicious-packages-origins': [] } }],
    [
      'CWE-506',
      'GHSA-1',
      { database_specific: { cwe_ids: ['CWE-506'], severity: 'LOW' } },
    ],
    [
      "RustSec's wording",
      'RUSTSEC-2026-0001',
      { summary: '`arone` was removed from crates.io due to malicious code' },
    ],
  ])('malicious by %s, and then critical', (_, id, record) => {
    const entry = entryOf(made(id, { record }));
    expect(entry.class).toBe('malicious');
    expect(entry.rating.severity).toBe('critical');
  });

  test('a hole for malicious input is no malicious code', () => {
    const record = { summary: 'Stack overflow when parsing malicious DNS packet' };
    expect(entryOf(made('RUSTSEC-2026-0001', { record })).class).toBe('vulnerable');
  });
});

describe('severity', () => {
  const vectors = (score: string) => [{ type: 'CVSS_V3', score }];

  test.each<[string, object, object, string | null, number | null]>([
    ['nobody said', {}, {}, null, null],
    ["GHSA's word", { database_specific: { severity: 'MODERATE' } }, {}, 'medium', null],
    [
      'the word goes before the vector',
      { database_specific: { severity: 'LOW' }, severity: vectors(highVector) },
      {},
      'low',
      7.5,
    ],
    ['the vector of the record', { severity: vectors(highVector) }, {}, 'high', 7.5],
    [
      'the vector of the entry goes before',
      { severity: vectors(highVector) },
      { severity: vectors(lowVector) },
      'low',
      2.2,
    ],
    ["RustSec's own field", {}, { database_specific: { cvss: highVector } }, 'high', 7.5],
    ['a vector that is none', { severity: vectors('CVSS:3.1/AV:?') }, {}, null, null],
    ['a notice', {}, { database_specific: { informational: 'notice' } }, 'low', null],
  ])('%s', (_, record, affected, severity, score) => {
    expect(entryOf(made('GHSA-1', { record, affected })).rating).toEqual({
      severity,
      score,
    });
  });
});
