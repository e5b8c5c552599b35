import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type DependencySources,
  startDependencySources,
} from '../../rig/dependency-sources.ts';
import { memoryLog } from '../reindex/kept-log.ts';
import { advisory, cargoProject } from './lockfiles.ts';
import { audit, auditFiles, found, makeRepository, rowsOf } from './repository.ts';

let sources: DependencySources;

beforeEach(async () => {
  sources = await startDependencySources();
  sources.crate('rsa', { vers: '0.8.1' });
  sources.advise(advisory('RUSTSEC-2023-0071', 'rsa', { aliases: ['CVE-2023-49092'] }));
  return () => sources[Symbol.asyncDispose]();
});

afterEach(() => vi.useRealTimers());

const crates = cargoProject(
  '[dependencies]\nrsa = "0.8"',
  ['rsa'],
  [{ name: 'rsa', version: '0.8.1' }],
);

const withPolicy = (text: string) => ({
  ...crates,
  '.github/dependency-policy.yml': text,
});

const except = (fields: string) => withPolicy(`exceptions:\n  - {${fields}}\n`);

describe('an exception', () => {
  test('takes a finding out, and stands in the report with its reason', async () => {
    const files = except(
      'advisory: CVE-2023-49092, package: rsa, reason: no private key, expires: 2999-01-31',
    );
    const result = await auditFiles(files, sources);
    expect(result).toMatchObject({
      outcome: 'succeeded',
      findings: [],
      metrics: { vulnerable: 0, excused: 1 },
    });
    expect(rowsOf(result, 'Excused by the policy')).toEqual([
      ['vulnerable: rsa 0.8.1 RUSTSEC-2023-0071', 'no private key', '2999-01-31'],
    ]);
  });

  test('that has expired is a finding, and what it excused is back', async () => {
    const files = except(
      'advisory: RUSTSEC-2023-0071, reason: wait for 0.9, expires: 2020-01-31',
    );
    const result = await auditFiles(files, sources);
    expect(result.findings.map(({ code }) => code)).toEqual([
      'vulnerable',
      'exception-expired',
    ]);
    expect(found(result, 'exception-expired')).toMatchObject([
      {
        severity: 'medium',
        manifest: '.github/dependency-policy.yml',
        message:
          'The exception for RUSTSEC-2023-0071 expired on 2020-01-31. Its reason was: wait for 0.9',
      },
    ]);
    expect(result.outcome).toBe('attention');
  });

  test('of another package, version or code excuses nothing, and is named', async () => {
    const files = withPolicy(`exceptions:
  - {advisory: RUSTSEC-2023-0071, package: other, reason: a, expires: 2999-01-31}
  - {package: rsa, version: 0.7.0, code: vulnerable, reason: b, expires: 2999-01-31}
  - {package: rsa, code: yanked, reason: c, expires: 2999-01-31}
`);
    const result = await auditFiles(files, sources);
    expect(found(result, 'vulnerable')).toHaveLength(1);
    expect(rowsOf(result, 'Excused by the policy')).toEqual([
      ['nothing any more: RUSTSEC-2023-0071 other', 'a', '2999-01-31'],
      ['nothing any more: rsa 0.7.0 (vulnerable)', 'b', '2999-01-31'],
      ['nothing any more: rsa (yanked)', 'c', '2999-01-31'],
    ]);
  });
});

describe('the policy is refused before anybody is asked', () => {
  test.each([
    ['an unknown key', 'exeptions: []', /exeptions/],
    [
      'an exception without a reason',
      'exceptions: [{advisory: A-1, expires: 2999-01-31}]',
      /reason/,
    ],
    ['an exception for ever', 'exceptions: [{advisory: A-1, reason: b}]', /expires/],
    [
      'an exception of a malicious package',
      'exceptions: [{package: a, code: malicious, reason: b, expires: 2999-01-31}]',
      /code/,
    ],
    ['no YAML', '{', /dependency-policy\.yml/],
  ])('for %s', async (_, text, names) => {
    const result = await auditFiles(withPolicy(text), sources);
    expect(result).toMatchObject({
      outcome: 'blocked',
      reason: 'invalid-input',
      findings: [],
    });
    expect(result.message).toMatch(names);
    expect(result.message).toContain('.github/dependency-policy.yml');
    expect(sources.requests).toEqual([]);
  });

  test('that is named and not there', async () => {
    const inputs = { policy: 'policies/none.yml' };
    const result = await auditFiles(crates, sources, { inputs });
    expect(result).toMatchObject({ outcome: 'blocked', reason: 'invalid-input' });
    expect(result.message).toContain('policies/none.yml');
  });

  test.each(['../policy.yml', '/etc/hostname'])(
    'that lies elsewhere: %s',
    async (policy) => {
      const result = await auditFiles(crates, sources, { inputs: { policy } });
      expect(result).toMatchObject({ outcome: 'blocked', reason: 'invalid-input' });
      expect(result.message).toContain(`${policy}: it leaves the directory`);
    },
  );

  test('that is a link, or huge', async () => {
    await using repository = await makeRepository({
      ...crates,
      'huge.yml': '#'.repeat(1024 ** 2 + 1),
    });
    await symlink('/etc/hostname', join(repository.path, 'link.yml'));
    const refused = async (policy: string) =>
      (await audit(repository, sources, { inputs: { policy } })).message;
    expect(await refused('link.yml')).toContain('it is a symbolic link');
    expect(await refused('huge.yml')).toContain('it is larger than 1 MB');
  });
});

test('fail-on: never leaves the job green, and the finding where it is', async () => {
  const result = await auditFiles(crates, sources, { inputs: { 'fail-on': 'never' } });
  expect(result).toMatchObject({ outcome: 'succeeded', metrics: { vulnerable: 1 } });
});

describe('over several runs', () => {
  const on = (day: string) => vi.setSystemTime(`${day}T05:17:00Z`);

  test('each finding has its first day, and what became of it is told', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const log = memoryLog();
    await using repository = await makeRepository(crates);

    on('2026-11-10');
    const first = await audit(repository, sources, { log });
    expect(first.findings).toMatchObject([{ firstSeen: '2026-11-10' }]);
    expect(rowsOf(first, 'Since last time')).toEqual([]);
    expect(first.message).not.toContain('since last time');

    on('2026-11-17');
    sources.crate('rsa', { vers: '0.8.1', yanked: true });
    const second = await audit(repository, sources, { log });
    expect(second.findings).toMatchObject([
      {
        code: 'vulnerable',
        firstSeen: '2026-11-10',
        message: expect.stringContaining('Open 7 d of 7, due 2026-11-17.'),
      },
      { code: 'yanked', firstSeen: '2026-11-17' },
    ]);
    expect(second.message).toContain('since last time 1 new, 1 still, 0 fixed');
    expect(rowsOf(second, 'Since last time')).toEqual([
      ['new', 'yanked: rsa 0.8.1', '2026-11-17'],
    ]);

    on('2026-11-24');
    // The update takes care of the yanked version, not of the hole.
    sources.crate('rsa', { vers: '0.8.2' });
    await repository.write(
      cargoProject(
        '[dependencies]\nrsa = "0.8"',
        ['rsa'],
        [{ name: 'rsa', version: '0.8.2' }],
      ),
    );
    const third = await audit(repository, sources, { log });
    expect(third.findings).toMatchObject([
      {
        code: 'vulnerable',
        version: '0.8.2',
        firstSeen: '2026-11-10',
        message: expect.stringContaining('Open 14 d of 7, due 2026-11-17, overdue.'),
      },
    ]);
    expect(third.message).toContain('since last time 0 new, 1 still, 1 fixed');
    expect(rowsOf(third, 'Since last time')).toEqual([
      ['fixed', 'yanked rsa 0.8.1', '2026-11-17'],
    ]);
  });

  test('what a source did not tell is not called fixed', async () => {
    const log = memoryLog();
    await using repository = await makeRepository(crates);
    await audit(repository, sources, { log });
    sources.routes['/osv/v1/querybatch'] = {
      status: 503,
      headers: { 'retry-after': '3600' },
    };
    const blind = await audit(repository, sources, { log });
    expect(blind.outcome).toBe('failed');
    expect(rowsOf(blind, 'Since last time')).toEqual([]);
    expect(blind.message).not.toMatch(/[1-9]\d* fixed/);
  });

  test('nor is it new, nor its clock set back, when the source is back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const log = memoryLog();
    await using repository = await makeRepository(crates);
    on('2026-11-10');
    await audit(repository, sources, { log });
    on('2026-11-11');
    const healthy = sources.routes['/osv/v1/querybatch'] ?? {};
    sources.routes['/osv/v1/querybatch'] = {
      status: 503,
      headers: { 'retry-after': '3600' },
    };
    await audit(repository, sources, { log });
    on('2026-11-12');
    sources.routes['/osv/v1/querybatch'] = healthy;
    const back = await audit(repository, sources, { log });
    expect(found(back, 'vulnerable')).toMatchObject([{ firstSeen: '2026-11-10' }]);
    expect(rowsOf(back, 'Since last time')).toEqual([]);
  });
});
