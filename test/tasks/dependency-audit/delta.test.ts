import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { MaintenanceLog } from '../../../src/core/maintenance-log.ts';
import {
  commitOf,
  type DependencySources,
  startDependencySources,
} from '../../rig/dependency-sources.ts';
import { memoryLog } from '../reindex/kept-log.ts';
import { advisory, cargoProject, npmProject } from './lockfiles.ts';
import { audit, found, makeRepository, type Repository } from './repository.ts';

let sources: DependencySources;
let repository: Repository;
let log: ReturnType<typeof quietLog>;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  sources = await startDependencySources();
  log = quietLog();
  repository = await makeRepository(crates('0.8.1'));
  sources.crate('rsa', { vers: '0.8.1' }, { vers: '0.8.2' });
  // What changed before the first look, and is of nobody here.
  sources.advise(
    advisory('RUSTSEC-2020-0001', 'rsa', {
      modified: '2020-01-01T00:00:00Z',
      fixed: '0.7.0',
    }),
    advisory('RUSTSEC-2026-0000', 'other', { modified: '2026-11-22T03:00:00Z' }),
    advisory('GHSA-xxxx-xxxx-xxxx', 'qs', {
      ecosystem: 'npm',
      modified: '2020-01-01T00:00:00Z',
    }),
  );
  return async () => {
    await repository[Symbol.asyncDispose]();
    await sources[Symbol.asyncDispose]();
  };
});

afterEach(() => vi.useRealTimers());

const crates = (version: string) =>
  cargoProject('[dependencies]\nrsa = "0.8"', ['rsa'], [{ name: 'rsa', version }]);

/** A log that knows which runs had nothing to tell. */
function quietLog(): ReturnType<typeof memoryLog> & { quiet: boolean[] } {
  const log = { ...memoryLog(), quiet: [] as boolean[] };
  const { write } = log;
  const spied: MaintenanceLog['write'] = async (result, target, about) => {
    log.quiet.push(about?.isQuiet ?? false);
    return await write(result, target, about);
  };
  return Object.assign(log, { write: spied });
}

/** A look at an hour of one day. */
async function look(hour: string, inputs: Readonly<Record<string, string>> = {}) {
  vi.setSystemTime(`2026-11-${hour}:41:00Z`);
  const before = sources.requests.length;
  const result = await audit(repository, sources, {
    inputs: { mode: 'delta', ...inputs },
    log,
  });
  const asked = sources.requests
    .slice(before)
    .map(({ method, path }) => `${method} ${path}`);
  return { result, asked };
}

const down = { status: 503, headers: { 'retry-after': '3600' } };

const fresh = (modified: string, id = 'RUSTSEC-2026-0001', fixed = '0.8.2') =>
  advisory(id, 'rsa', { modified, fixed });

describe('where nothing has changed', () => {
  test('a look is one request, and has nothing to tell', async () => {
    const first = await look('23T04');
    expect(first.asked).toEqual(['GET /feed/crates.io/modified_id.csv']);
    expect(first.result).toMatchObject({ outcome: 'succeeded', findings: [] });
    const second = await look('23T05');
    expect(second.asked).toEqual(['GET /feed/crates.io/modified_id.csv']);
    expect(second.result.message).toContain(
      'no advisory changed since 2026-11-22 03:00 UTC',
    );
    expect(log.quiet).toEqual([true, true]);
  });

  test('each feed is read once, and only those of what is used', async () => {
    await repository.write({
      ...npmProject({ '': {}, 'node_modules/qs': { version: '6.2.0' } }),
      '.github/workflows/ci.yml': `jobs:\n  a:\n    steps:\n      - uses: a/b@${commitOf('b')}\n`,
    });
    const { asked } = await look('23T04');
    expect(asked.sort()).toEqual([
      'GET /feed/GitHub%20Actions/modified_id.csv',
      'GET /feed/crates.io/modified_id.csv',
      'GET /feed/npm/modified_id.csv',
    ]);
    expect((await look('23T05', { ecosystems: 'npm' })).asked).toEqual([
      'GET /feed/npm/modified_id.csv',
    ]);
  });

  test('what changed, and is of nobody here, costs one request each', async () => {
    sources.advise(
      advisory('RUSTSEC-2026-0002', 'other', { modified: '2026-11-23T04:00:00Z' }),
    );
    const { result, asked } = await look('23T04');
    expect(result.findings).toEqual([]);
    expect(result.message).toContain(
      '1 advisory changed since 2026-11-22 03:41 UTC; none concerns what is locked here',
    );
    expect(asked).toEqual([
      'GET /feed/crates.io/modified_id.csv',
      'GET /osv/v1/vulns/RUSTSEC-2026-0002',
    ]);
    expect((await look('23T05')).asked).toEqual(['GET /feed/crates.io/modified_id.csv']);
  });
});

describe('an advisory that has changed', () => {
  test('is a finding with a clock until it is mended', async () => {
    await look('23T04');
    sources.advise(fresh('2026-11-23T04:50:00Z'));

    const hit = await look('23T05');
    expect(hit.result).toMatchObject({
      outcome: 'attention',
      findings: [
        {
          code: 'vulnerable',
          severity: 'high',
          advisory: 'RUSTSEC-2026-0001',
          fix: 'cargo update -p rsa@0.8.1 --precise 0.8.2',
          firstSeen: '2026-11-23',
          message: expect.stringContaining('Open 0 d of 7, due 2026-11-30.'),
        },
      ],
    });
    expect(hit.result.message).toContain('1 finding (1 new)');

    const still = await look('24T06');
    expect(still.result.findings).toMatchObject([
      {
        advisory: 'RUSTSEC-2026-0001',
        firstSeen: '2026-11-23',
        message: expect.stringContaining('Open 1 d of 7'),
      },
    ]);
    expect(still.result.outcome).toBe('attention');

    await repository.write(crates('0.8.2'));
    const mended = await look('24T07');
    expect(mended.result).toMatchObject({ outcome: 'succeeded', findings: [] });
    const after = await look('24T08');
    expect(after.asked).toEqual(['GET /feed/crates.io/modified_id.csv']);
    // The hit and its end are told, and nothing else.
    expect(log.quiet).toEqual([true, false, true, false, true]);
  });

  test('is told by the very first look as well', async () => {
    sources.advise(fresh('2026-11-23T04:00:00Z'));
    expect((await look('23T04')).result.findings).toMatchObject([{ code: 'vulnerable' }]);
    await look('23T05');
    expect(log.quiet).toEqual([false, true]);
  });

  test('is not called open any more once it is withdrawn', async () => {
    await look('23T04');
    sources.advise(fresh('2026-11-23T04:50:00Z'));
    await look('23T05');
    sources.advise({
      ...fresh('2026-11-23T05:50:00Z'),
      ...{ withdrawn: '2026-11-23T05:50:00Z' },
    });
    expect((await look('23T06')).result.findings).toEqual([]);
    expect(log.quiet.at(-1)).toBe(false);
  });

  test('of a crate that is not compiled is no alarm', async () => {
    await repository.write(
      cargoProject(
        '[dependencies]\nsql = "1"',
        ['sql'],
        [
          { name: 'sql', version: '1.0.0', needs: ['rsa'] },
          { name: 'rsa', version: '0.8.1' },
        ],
      ),
    );
    sources.crate('sql', {
      vers: '1.0.0',
      deps: [{ name: 'rsa', req: '^0.8', optional: true }],
      features: { mysql: ['dep:rsa'] },
    });
    sources.advise(fresh('2026-11-23T04:00:00Z'));
    expect((await look('23T04')).result).toMatchObject({
      outcome: 'succeeded',
      findings: [],
    });
  });

  test('about an action is found by the version of the commit', async () => {
    const commit = commitOf('v1.0.0');
    sources.repository('acme/deploy', {
      tags: { 'v1.0.0': commit, 'v1.0.1': commitOf('v1.0.1') },
    });
    await repository.write({
      '.github/workflows/ci.yml': `jobs:\n  a:\n    steps:\n      - uses: acme/deploy@${commit}\n`,
    });
    sources.advise(
      advisory('GHSA-aaaa-bbbb-cccc', 'acme/deploy', {
        ecosystem: 'GitHub Actions',
        fixed: '1.0.1',
        modified: '2026-11-23T04:00:00Z',
      }),
    );
    const { result } = await look('23T04');
    expect(result.findings).toMatchObject([
      { code: 'vulnerable', package: 'acme/deploy' },
    ]);
    expect(found((await look('23T05')).result, 'vulnerable')).toHaveLength(1);
  });

  test('on a busy day costs one question, not hundreds', async () => {
    const busy = Array.from({ length: 500 }, (_, index) =>
      advisory(`RUSTSEC-2026-${1000 + index}`, `crate-${index}`, {
        modified: `2026-11-23T04:${10 + (index % 30)}:00Z`,
      }),
    );
    sources.advise(...busy, fresh('2026-11-23T04:05:00Z'));
    const { result, asked } = await look('23T04');
    expect(found(result, 'vulnerable').map((one) => one.advisory)).toContain(
      'RUSTSEC-2026-0001',
    );
    const batches = asked.filter((one) => one.startsWith('POST'));
    const records = asked.filter((one) => one.includes('/vulns/'));
    expect(batches.length).toBeLessThanOrEqual(4);
    expect(records.length).toBeLessThanOrEqual(6);
  });
});

describe('where a source does not answer', () => {
  test('a look whose feed is down has failed, and the next one catches up', async () => {
    await look('23T04');
    const healthy = sources.routes['/feed/crates.io/modified_id.csv'] ?? {};
    sources.advise(fresh('2026-11-23T04:50:00Z'));
    sources.routes['/feed/crates.io/modified_id.csv'] = down;
    const blind = await look('23T05');
    expect(blind.result).toMatchObject({ outcome: 'failed', reason: 'check-failed' });
    expect(blind.result.findings).toMatchObject([
      { code: 'source-failed', severity: 'high' },
    ]);
    expect(log.quiet.at(-1)).toBe(false);
    sources.routes['/feed/crates.io/modified_id.csv'] = healthy;
    expect((await look('23T06')).result.findings).toMatchObject([
      { advisory: 'RUSTSEC-2026-0001' },
    ]);
  });

  test('a look that cannot fetch what changed looks again', async () => {
    await look('23T04');
    const record = fresh('2026-11-23T04:50:00Z');
    sources.advise(record);
    sources.routes[`/osv/v1/vulns/${record.id}`] = down;
    expect((await look('23T05')).result).toMatchObject({ outcome: 'failed' });
    sources.advise(record);
    expect(found((await look('23T06')).result, 'vulnerable')).toMatchObject([
      { advisory: 'RUSTSEC-2026-0001' },
    ]);
  });

  test('what is open stays open, and its clock goes on', async () => {
    const record = fresh('2026-11-20T04:00:00Z');
    sources.advise(record);
    await look('20T04');
    sources.routes[`/osv/v1/vulns/${record.id}`] = down;
    const blind = await look('21T05');
    expect(blind.result).toMatchObject({ outcome: 'failed' });
    expect(blind.result.message).toContain(
      'whether any concerns what is locked here is not known',
    );
    sources.advise(record);
    expect(found((await look('22T06')).result, 'vulnerable')).toMatchObject([
      { firstSeen: '2026-11-20' },
    ]);
  });

  test('what can never be measured is told once', async () => {
    await repository.write({
      'fuzz/Cargo.lock': 'version = 4\n',
      Dockerfile: `FROM \${BASE}\n`,
    });
    await look('23T04');
    const { result } = await look('23T05');
    expect(found(result, 'source-failed').map(({ severity }) => severity)).toEqual([
      'medium',
      'info',
    ]);
    expect(log.quiet).toEqual([false, true]);
  });

  test('a lockfile that cannot be read is no good news', async () => {
    await repository.write({ 'Cargo.lock': 'version = 99\n' });
    expect((await look('23T04')).result).toMatchObject({ outcome: 'failed' });
    await repository.write({ 'Cargo.lock': Buffer.from([0xff, 0xfe, 0x00]) });
    expect((await look('23T05')).result).toMatchObject({ outcome: 'failed' });
  });
});

test.each([
  ['nothing', undefined],
  ['a text', 'text'],
  ['a list', [1]],
  ['times that are none', { feed: { 'crates.io': 'soon', npm: 7, __proto__: {} } }],
  [
    'ids that are none',
    { open: { 'crates.io': ['../../x', 7, 'CVE-1', null], npm: 'x' } },
  ],
  ['a time of the future', { feed: { 'crates.io': '2999-01-01T00:00:00Z' } }],
  ['a time long past', { feed: { 'crates.io': '0001-01-01T00:00:00Z' } }],
])('What the log has kept is held to its form: %s', async (_, kept) => {
  log.kept = kept;
  sources.advise(fresh('2026-11-23T04:00:00Z'));
  const { result, asked } = await look('23T04');
  expect(asked.every((one) => /^(GET|POST) \/(feed|osv|crates)\//.test(one))).toBe(true);
  expect(asked.some((one) => one.includes('..'))).toBe(false);
  expect(found(result, 'vulnerable').map((one) => one.advisory)).toContain(
    'RUSTSEC-2026-0001',
  );
});
