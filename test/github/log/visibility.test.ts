import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { LogOptions } from '../../../src/github/log/maintenance-log.ts';
import type { Repository } from '../../rig/github/repository.ts';
import { failed, nightly, openLog, startHub, target } from './kept-log.ts';

const source = new URL('../../../src/github/log/maintenance-log.ts', import.meta.url)
  .href;

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
  const options = {
    ...{ token: github.token, repository: github.repository.name, task: 'vacuum' },
    ...{ mode: 'auto', failOn: 'high', schedule: null },
  };
  // In a process of its own: the variable is read when the module is loaded.
  const program = `
    const { openMaintenanceLog } = await import(${JSON.stringify(source)});
    const { signal } = new AbortController();
    const log = openMaintenanceLog({ ...${JSON.stringify(options)}, signal });
    console.log(JSON.stringify(await log.write(${JSON.stringify(nightly(1))}, 'a')));
    process.exit();
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { env: { GITHUB_API_URL: github.url } },
  );
  expect(JSON.parse(stdout)).toMatchObject({ findings: [] });
  expect(github.repository.issues.size).toBe(1);
});
