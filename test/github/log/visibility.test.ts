import { describe, expect, test, vi } from 'vitest';
import type { LogOptions } from '../../../src/github/log/maintenance-log.ts';
import type { Repository } from '../../rig/github/repository.ts';
import { failed, nightly, openLog, startHub, target } from './kept-log.ts';

async function issuesAfterRun(
  visibility: Repository['visibility'],
  mode: LogOptions['mode'],
): Promise<number> {
  const github = await startHub();
  github.repository.visibility = visibility;
  const log = openLog(github, { mode });
  const read = await log.read(target);
  const written = await log.write(nightly(1, failed('a')), target);
  expect([...read.findings, ...written.findings]).toEqual([]);
  return github.repository.issues.size;
}

describe('log-issue', () => {
  test.each([
    ['auto', 'private', 2],
    ['auto', 'internal', 2],
    ['auto', 'public', 0],
    ['true', 'private', 2],
    ['true', 'public', 2],
    ['false', 'private', 0],
  ] as const)(
    '%s in a %s repository opens %i issues',
    async (mode, visibility, issues) => {
      expect(await issuesAfterRun(visibility, mode)).toBe(issues);
    },
  );

  test.each([
    ['false', 'ghs_stand-in'],
    ['auto', ''],
  ] as const)('%s with the token "%s" makes no request', async (mode, token) => {
    const github = await startHub();
    const log = openLog(github, { mode, token });
    expect(await log.read(target)).toEqual({ history: { runs: [] }, findings: [] });
    expect(await log.write(nightly(1), target)).toEqual({ url: null, findings: [] });
    expect(github.requests).toEqual([]);
  });

  test('auto asks once whether the repository is public', async () => {
    const github = await startHub();
    const log = openLog(github, { mode: 'auto' });
    await log.read(target);
    await log.write(nightly(1), target);
    const asked = github.requests.filter(({ operation }) => operation === 'repos/get');
    expect(asked).toHaveLength(1);
  });

  test('auto writes nothing where it cannot be told, and says so', async () => {
    const github = await startHub();
    github.faults.armError(403, { on: 'repos/get', times: 100 });
    const log = openLog(github, { mode: 'auto' });
    expect((await log.read(target)).findings).toMatchObject([
      { code: 'log-not-written' },
    ]);
    const written = await log.write(nightly(1, failed('a')), target);
    expect(written).toEqual({ url: null, findings: [] });
    expect(github.repository.issues.size).toBe(0);
  });
});

test('GITHUB_API_URL says where GitHub is', async () => {
  const github = await startHub();
  vi.resetModules();
  vi.stubEnv('GITHUB_API_URL', github.url);
  const { openMaintenanceLog } = await import(
    '../../../src/github/log/maintenance-log.ts'
  );
  const log = openMaintenanceLog({
    ...{ token: github.token, repository: github.repository.name, task: 'vacuum' },
    ...{ mode: 'auto', failOn: 'high', schedule: null },
    signal: new AbortController().signal,
  });
  expect((await log.write(nightly(1), target)).findings).toEqual([]);
  vi.unstubAllEnvs();
  expect(github.repository.issues.size).toBe(1);
});
