import { describe, expect, test } from 'vitest';
import type { Advisory } from '../../../../src/advisories/advisory.ts';
import { usesInWorkflow } from '../../../../src/dependencies/github-actions/workflow.ts';
import type { GitRefs } from '../../../../src/registries/git-refs.ts';
import type { ActionFacts } from '../../../../src/tasks/dependency-audit/actions/action-facts.ts';
import { judgeAction } from '../../../../src/tasks/dependency-audit/actions/judge-action.ts';

function sha(digit: string): string {
  return digit.repeat(40);
}

const refs: GitRefs = {
  tags: new Map([
    ['v1.9.0', sha('1')],
    ['v2', sha('4')],
    ['v2.0.0', sha('2')],
    ['v2.1.0', sha('3')],
    ['v2.2.0', sha('4')],
    ['v3.0.0-rc.1', sha('5')],
    ['bundle-v9.0.0', sha('6')],
    ['both', sha('7')],
  ]),
  branches: new Map([
    ['main', sha('8')],
    ['both', sha('7')],
  ]),
  head: 'main',
};

const advisory: Advisory = {
  id: 'GHSA-aaaa-bbbb-cccc',
  aliases: ['CVE-2026-1'],
  summary: 'tells secrets',
  published: null,
  modified: null,
  class: 'vulnerable',
  severity: null,
  score: null,
  affects: (version) => version.startsWith('2.0.') || version.startsWith('1.'),
  fixedIn: ['2.1.0'],
  url: null,
  withdrawn: false,
};

function judge(uses: string, more: Partial<ActionFacts> = {}) {
  const { actions } = usesInWorkflow(
    `jobs:\n  a:\n    steps:\n      - uses: ${uses}\n`,
    '.github/workflows/ci.yml',
    null,
  );
  const facts = { refs, isArchived: false, advisories: [], ...more };
  return actions.flatMap((use) => judgeAction(use, facts));
}

describe('the findings of', () => {
  const outdated = 'outdated info';
  test.each([
    [`o/r@${sha('4')} # v2.2.0`, ''],
    [`o/r@${sha('4')} # v2`, ''],
    [`o/r@${sha('4')}`, ''],
    [`o/r@${sha('8')} # main`, ''],
    [`o/r@${sha('3')} # v2`, outdated],
    [`o/r@${sha('3')} # 2.1.0`, outdated],
    [`o/r@${sha('3')} # see issue 2.2`, outdated],
    ['actions/r@v2', 'unpinned low'],
    ['GitHub/r/sub@v2', 'unpinned low'],
    ['o/r@v2', 'unpinned medium'],
    ['o/r@v2.1.0', `unpinned medium, ${outdated}`],
    ['o/r@refs/tags/v2.1.0', `unpinned medium, ${outdated}`],
    ['o/r@both', 'unpinned medium'],
    ['o/r@main', 'floating-tag medium'],
    ['o/r@refs/heads/main', 'floating-tag medium'],
    ['o/r@gone', 'frozen-tag high'],
    ['o/r@bundle-v9.0.0', 'unpinned medium'],
    [`o/r@${sha('9')}`, 'impostor-commit medium'],
    [`o/r@${sha('9')} # v2`, 'impostor-commit medium'],
    [`o/r@${sha('9')} # v2.2.0`, 'comment-lies high'],
    [`o/r@${sha('9')} # v2.2.9`, 'comment-lies medium'],
    [`o/r@${sha('3')} # v2.2.0`, `comment-lies high, ${outdated}`],
    [`o/r@${sha('1')} # v2`, `comment-lies high, ${outdated}`],
  ])('%s', (uses, expected) => {
    const found = judge(uses).map(({ code, severity }) => `${code} ${severity}`);
    expect(found.join(', ')).toBe(expected);
  });
});

test('a lie says what is pinned, what the tag is, and what to write', () => {
  const [found] = judge(`o/r/sub@${sha('3')} # v2.2.0`);
  expect(found).toMatchObject({
    ecosystem: 'github-actions',
    package: 'o/r/sub',
    version: 'v2.1.0',
    manifest: '.github/workflows/ci.yml:4',
    fix: `uses: o/r/sub@${sha('4')} # v2.2.0`,
  });
  expect(found?.message).toBe(
    `The comment behind o/r/sub says v2.2.0, which stands for ${sha('4')}; pinned is ${sha('3')}, which is v2.1.0.`,
  );
});

test('a tag is pinned to the commit that it stands for now', () => {
  expect(judge('o/r@v2')[0]?.fix).toBe(`uses: o/r@${sha('4')} # v2.2.0`);
});

test('an advisory hits the version that the commit stands for', () => {
  const found = judge(`o/r@${sha('2')}`, { advisories: [advisory] });
  expect(found.map(({ code, severity, fix }) => [code, severity, fix])).toEqual([
    ['vulnerable', 'high', `uses: o/r@${sha('3')} # v2.1.0`],
    ['outdated', 'info', `uses: o/r@${sha('4')} # v2.2.0`],
  ]);
  expect(found[0]).toMatchObject({
    version: 'v2.0.0',
    advisory: 'GHSA-aaaa-bbbb-cccc',
    aliases: ['CVE-2026-1'],
    fixedIn: ['2.1.0'],
  });
  expect(judge(`o/r@${sha('4')}`, { advisories: [advisory] })).toEqual([]);
  expect(
    judge(`o/r@${sha('2')}`, { advisories: [{ ...advisory, withdrawn: true }] }),
  ).toEqual([expect.objectContaining({ code: 'outdated' })]);
});

test('without refs, the comment is all there is to go by', () => {
  const blind = { refs: null, advisories: [advisory] };
  expect(judge(`o/r@${sha('2')} # v2.0.0`, blind)).toMatchObject([
    { code: 'vulnerable' },
  ]);
  expect(judge(`o/r@${sha('2')}`, blind)).toEqual([]);
  expect(judge('o/r@v2.0.0', blind)).toMatchObject([
    { code: 'unpinned' },
    { code: 'vulnerable' },
  ]);
});

test('an archived repository', () => {
  const found = judge(`o/r@${sha('4')}`, { isArchived: true });
  expect(found).toMatchObject([{ code: 'archived', severity: 'medium' }]);
  expect(judge(`o/r@${sha('4')}`, { isArchived: null })).toEqual([]);
});
