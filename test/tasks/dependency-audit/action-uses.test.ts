import { beforeEach, describe, expect, test } from 'vitest';
import {
  commitOf,
  type DependencySources,
  startDependencySources,
} from '../../rig/dependency-sources.ts';
import { advisory } from './lockfiles.ts';
import { auditFiles, found } from './repository.ts';

let sources: DependencySources;

const [v4, v5, v6, main] = ['v4.0.0', 'v5.0.1', 'v6.0.2', 'main'].map(commitOf) as [
  string,
  string,
  string,
  string,
];

beforeEach(async () => {
  sources = await startDependencySources();
  sources.repository('acme/deploy', {
    tags: {
      'v4.0.0': v4,
      // Annotated: first the tag itself, then the commit that it stands for.
      'v5.0.1': commitOf('the tag object'),
      'v5.0.1^{}': v5,
      'v6.0.2': v6,
      v6,
    },
    branches: { main },
  });
  return () => sources[Symbol.asyncDispose]();
});

const workflow = (...uses: readonly string[]) =>
  [
    'jobs:',
    '  a:',
    '    runs-on: x',
    '    steps:',
    ...uses.map((one) => `      - uses: ${one}`),
    '',
  ].join('\n');

const inWorkflow = (...uses: readonly string[]) => ({
  '.github/workflows/ci.yml': workflow(...uses),
});

async function auditUse(...uses: readonly string[]) {
  const result = await auditFiles(inWorkflow(...uses), sources);
  return result.findings.map(({ code, severity }) => `${code} ${severity}`);
}

describe('an action', () => {
  test.each([
    ['pinned to a release', `acme/deploy@${v6} # v6.0.2`, []],
    ['pinned to an annotated one', `acme/deploy@${v5} # v5.0.1`, ['outdated info']],
    ['that is not pinned', 'acme/deploy@v6', ['unpinned medium']],
    ['on a branch', 'acme/deploy@main', ['floating-tag medium']],
    ['whose tag is gone', 'acme/deploy@gone', ['frozen-tag high']],
    [
      'whose comment lies',
      `acme/deploy@${v4} # v6.0.2`,
      ['comment-lies high', 'outdated info'],
    ],
    [
      'pinned to a commit of nobody',
      `acme/deploy@${commitOf('impostor')}`,
      ['impostor-commit medium'],
    ],
    [
      'pinned to a commit of nobody, with a comment',
      `acme/deploy@${commitOf('impostor')} # v6.0.2`,
      ['comment-lies high'],
    ],
  ])('%s', async (_, uses, expected) => {
    expect(await auditUse(uses)).toEqual(expected);
  });

  test('that lies says what is pinned, and what to write instead', async () => {
    const result = await auditFiles(inWorkflow(`acme/deploy@${v4} # v6.0.2`), sources);
    expect(found(result, 'comment-lies')).toEqual([
      expect.objectContaining({
        ecosystem: 'github-actions',
        package: 'acme/deploy',
        version: 'v4.0.0',
        manifest: '.github/workflows/ci.yml:5',
        fix: `uses: acme/deploy@${v6} # v6.0.2`,
        message: `The comment behind acme/deploy says v6.0.2, which stands for ${v6}; pinned is ${v4}, which is v4.0.0.`,
      }),
    ]);
    expect(result).toMatchObject({ outcome: 'attention' });
    expect(result.message).toContain('1 doubtful action');
  });

  test('that is archived gets no more fixes', async () => {
    sources.repository('acme/deploy', { tags: { 'v6.0.2': v6 }, archived: true });
    expect(await auditUse(`acme/deploy@${v6} # v6.0.2`)).toEqual(['archived medium']);
    expect(sources.asked('/api')).toEqual(['GET /repos/acme/deploy']);
  });

  test('is vulnerable by the version that its commit stands for', async () => {
    sources.advise(
      advisory('GHSA-aaaa-bbbb-cccc', 'acme/deploy', {
        ecosystem: 'GitHub Actions',
        fixed: '5.0.0',
        severity: 'CRITICAL',
        summary: 'tells secrets',
      }),
    );
    const result = await auditFiles(
      inWorkflow(`acme/deploy@${v4}`, `acme/deploy/sub@${v5}`),
      sources,
    );
    expect(found(result, 'vulnerable')).toEqual([
      expect.objectContaining({
        severity: 'critical',
        package: 'acme/deploy',
        version: 'v4.0.0',
        advisory: 'GHSA-aaaa-bbbb-cccc',
        manifest: '.github/workflows/ci.yml:5',
        fix: `uses: acme/deploy@${v5} # v5.0.1`,
      }),
    ]);
  });

  test('in many places is asked for once, and told once', async () => {
    const result = await auditFiles(
      {
        ...inWorkflow('acme/deploy@v6', 'Acme/deploy@v6', 'acme/deploy@v6'),
        '.github/workflows/cd.yml': workflow('acme/deploy@v6'),
        'action.yml':
          'name: a\nruns:\n  using: composite\n  steps:\n    - uses: acme/deploy@v6\n',
      },
      sources,
    );
    expect(
      found(result, 'unpinned').map(({ message }) => /In .*/.exec(message)?.[0]),
    ).toEqual([
      undefined,
      'In 4 places: action.yml:5, .github/workflows/cd.yml:5, .github/workflows/ci.yml:5, .github/workflows/ci.yml:7.',
    ]);
    expect(sources.asked('/git')).toHaveLength(1);
    expect(sources.asked('/api')).toHaveLength(1);
    expect(sources.asked('/osv')).toHaveLength(1);
  });

  test('of the repository itself, or a job of it, is none', async () => {
    expect(await auditUse('./actions/own', './.github/workflows/own.yml')).toEqual([]);
    expect(sources.requests).toEqual([]);
  });

  test('of which GitHub shows no tags is judged as far as that goes', async () => {
    const uses = ['acme/secret@v1', `acme/secret@${v4}`, 'acme/gone@v1'];
    const result = await auditFiles(inWorkflow(...uses), sources);
    expect(result.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'unpinned medium',
      'unpinned medium',
      'source-failed info',
    ]);
    expect(found(result, 'source-failed')[0]?.message).toContain(
      'Not public, or gone, so not looked at: acme/gone, acme/secret.',
    );
    expect(result.message).toContain('1 source not measured');
  });

  test.each([401, 403])(
    'that GitHub refuses to tell of (%i) is no pass',
    async (status) => {
      sources.routes['/api/repos/acme/deploy'] = { status };
      const result = await auditFiles(inWorkflow(`acme/deploy@${v6} # v6.0.2`), sources);
      expect(found(result)).toMatchObject([
        {
          code: 'source-failed',
          severity: 'low',
          message: expect.stringContaining('Give `github-token` a token'),
        },
      ]);
    },
  );

  test('that is none is told as not measured', async () => {
    const result = await auditFiles(inWorkflow('acme/deploy/../../x@v1'), sources);
    expect(sources.requests).toEqual([]);
    expect(found(result)).toMatchObject([{ code: 'source-failed', severity: 'info' }]);
  });
});

describe('actions.lock', () => {
  const lock = (commit: string) => ({
    '.github/workflows/actions.lock': `version: v0.0.3
workflows:
  .github/workflows/ci.yml:
    - acme/deploy@v6
dependencies:
  acme/deploy@v6:
    commit: sha1-${commit}
    ref: v6
`,
  });

  test('holds what it names to a commit', async () => {
    const files = { ...inWorkflow('acme/deploy@v6'), ...lock(v6) };
    expect((await auditFiles(files, sources)).findings).toEqual([]);
  });

  test('is held against the repository as well', async () => {
    const files = { ...inWorkflow('acme/deploy@v6'), ...lock(commitOf('impostor')) };
    const [gravest] = (await auditFiles(files, sources)).findings;
    expect(gravest).toMatchObject({ code: 'impostor-commit', version: 'v6' });
  });

  test('of another workflow holds nothing', async () => {
    const files = {
      '.github/workflows/other.yml': workflow('acme/deploy@v6'),
      ...lock(v6),
    };
    expect((await auditFiles(files, sources)).findings).toMatchObject([
      { code: 'unpinned', manifest: '.github/workflows/other.yml:5' },
    ]);
  });
});

test('The token goes to the API alone', async () => {
  await auditFiles(inWorkflow('acme/deploy@v6'), sources, {
    inputs: { 'github-token': 'secret-of-the-job' },
  });
  const withToken = sources.requests.filter(
    ({ headers }) => headers.authorization !== undefined,
  );
  expect(withToken.map(({ path }) => path)).toEqual(['/api/repos/acme/deploy']);
  expect(withToken[0]?.headers.authorization).toBe('Bearer secret-of-the-job');
});
