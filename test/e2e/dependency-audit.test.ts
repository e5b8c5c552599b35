import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Result } from '../../src/core/result-schema.ts';
import { makeZip } from '../advisories/make-zip.ts';
import {
  type DependencySources,
  digestOf,
  startDependencySources,
} from '../rig/dependency-sources.ts';
import { actionEntry, runAction, startAction } from '../rig/runner.ts';
import {
  advisory,
  cargoProject,
  npmProject,
} from '../tasks/dependency-audit/lockfiles.ts';

const main = actionEntry('dependency-audit', 'main');
const post = actionEntry('dependency-audit', 'post');

let sources: DependencySources;
let directory: string;
let workspace: string;

beforeEach(async () => {
  sources = await startDependencySources();
  directory = await mkdtemp(join(tmpdir(), 'matchbook-audit-'));
  workspace = join(directory, 'checkout');
  await write(workspace, {
    ...cargoProject(
      '[dependencies]\nrsa = "0.8"',
      ['rsa'],
      [{ name: 'rsa', version: '0.8.1' }],
    ),
    ...npmProject({
      '': { dependencies: { qs: '^6.2.0' } },
      'node_modules/qs': { version: '6.2.0' },
    }),
    Dockerfile: 'FROM debian:9\n',
  });
  return async () => {
    await rm(directory, { recursive: true, force: true });
    await sources[Symbol.asyncDispose]();
  };
});

async function write(root: string, files: Readonly<Record<string, string | Buffer>>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}

const records = {
  'crates.io': advisory('RUSTSEC-2023-0071', 'rsa', { fixed: '0.8.2' }),
  npm: advisory('GHSA-aaaa-bbbb-cccc', 'qs', { ecosystem: 'npm', fixed: '6.2.4' }),
};

const resultOf = ({ result }: { result: unknown }) => result as Result;

describe('offline', () => {
  const expectBoth = async (advisories: string) => {
    const inputs = { offline: 'true', advisories };
    const ran = await runAction(main, { inputs, workspace });
    expect(ran).toMatchObject({
      code: 1,
      outputs: { outcome: 'attention', reason: 'findings', changed: '0', findings: '2' },
      result: {
        task: 'dependency-audit',
        target: 'matchbook on the checkout',
        metrics: { packages: 3, vulnerable: 2, requests: 0 },
      },
    });
    const fixes = resultOf(ran).findings.flatMap(({ fix }) => fix ?? []);
    expect(fixes.sort()).toEqual([
      'cargo update -p rsa@0.8.1 --precise 0.8.2',
      expect.stringMatching(/^npm update qs --before=\d{4}-\d\d-\d\d$/),
    ]);
    expect(JSON.parse(ran.outputs['result'] ?? '')).toMatchObject({
      outcome: 'attention',
    });
    return ran;
  };

  test('advisories come from a directory of zips', async () => {
    const database = join(directory, 'advisories');
    for (const [ecosystem, record] of Object.entries(records)) {
      const entry = { name: `${record.id}.json`, text: JSON.stringify(record) };
      await write(database, { [`${ecosystem}/all.zip`]: makeZip([entry]) });
    }
    const { summary, output } = await expectBoth(database);
    expect(summary).toContain('## ');
    expect(summary).toContain('### At a glance');
    expect(summary).toContain('### Do now');
    expect(summary).toContain('<code>cargo update -p rsa@0.8.1 --precise 0.8.2</code>');
    expect(summary).toContain('RUSTSEC-2023-0071');
    expect(summary).toContain('### Could not measure');
    expect(output).toMatch(
      /^::error title=dependency-audit%3A attention \(findings\)::/m,
    );
  });

  test('advisories come from one zip', async () => {
    const database = join(directory, 'all.zip');
    const entries = Object.values(records).map((record) => ({
      name: `${record.id}.json`,
      text: JSON.stringify(record),
    }));
    await writeFile(database, makeZip(entries));
    await expectBoth(database);
  });

  test('without any that can be read, the run fails', async () => {
    const inputs = { offline: 'true', advisories: join(directory, 'none.zip') };
    const ran = await runAction(main, { inputs, workspace });
    expect(ran).toMatchObject({
      code: 1,
      outputs: { outcome: 'failed', reason: 'check-failed' },
    });
    expect(ran.summary).not.toContain('no known danger');
  });
});

test('Online, a healthy repository is green', async () => {
  sources.crate('rsa', { vers: '0.8.1' });
  sources.npm('qs', '6.2.0', { version: '6.2.0' });
  sources.image('library/debian:13', digestOf('now'));
  await writeFile(join(workspace, 'Dockerfile'), `FROM debian:13@${digestOf('now')}\n`);
  const ran = await runAction(main, {
    inputs: { registries: sources.registries },
    workspace,
  });
  expect(ran).toMatchObject({
    code: 0,
    outputs: { outcome: 'succeeded', reason: 'completed', findings: '0' },
    result: { findings: [], metrics: { packages: 3 } },
  });
  expect(resultOf(ran).metrics['requests']).toBe(sources.requests.length);
  expect(ran.summary).toContain('no known danger');
  expect(ran.output).not.toMatch(/^::(error|warning)/m);
});

test('A cancelled run ends soon, though a registry does not answer', async () => {
  const asked = Promise.withResolvers<void>();
  sources.routes['/crates/3/r/rsa'] = () => {
    asked.resolve();
    return new Promise(() => {});
  };
  await using running = startAction(main, {
    inputs: { registries: sources.registries },
    workspace,
  });
  await asked.promise;
  running.cancel();
  const ran = await running.finished;
  expect(ran).toMatchObject({
    signalsSent: ['SIGINT'],
    outputs: { outcome: 'cancelled', reason: 'cancel-requested' },
    result: { outcome: 'cancelled' },
  });
  expect(ran.summary).toContain('cancelled');
});

test('All that is wrong with the inputs is said at once, and nobody is asked', async () => {
  const ran = await runAction(main, {
    inputs: {
      ecosystems: '[rust]',
      mode: 'hourly',
      cooldown: 'soon',
      offline: 'perhaps',
      registries: '{npm: file:///etc/passwd, nowhere: https://example.com}',
      'fail-on': 'everything',
    },
    workspace,
  });
  expect(ran).toMatchObject({
    code: 1,
    outputs: { outcome: 'blocked', reason: 'invalid-input' },
  });
  for (const name of [
    'ecosystems',
    'mode',
    'cooldown',
    'offline',
    'registries',
    'fail-on',
  ]) {
    expect(ran.output).toContain(`- ${name}: `);
  }
  expect(sources.requests).toEqual([]);
});

test('Offline and online at once is refused', async () => {
  const ran = await runAction(main, {
    inputs: { offline: 'true', mode: 'delta' },
    workspace,
  });
  expect(ran).toMatchObject({ code: 1, outputs: { reason: 'invalid-input' } });
  expect(ran.output).toContain('- advisories: ');
  expect(ran.output).toContain('- mode: ');
});

test('A hostile repository gives the runner no commands', async () => {
  const folder = 'a\n::error::pwned\n##[error]pwned';
  await write(workspace, {
    [`${folder}/package-lock.json`]: 'no JSON ::set-output name=outcome::succeeded',
    [`${folder}/Dockerfile`]: 'FROM $X::error::pwned\n',
  });
  await writeFile(
    join(directory, '1.json'),
    JSON.stringify(
      advisory('GHSA-aaaa-bbbb-cccc', 'qs', {
        ecosystem: 'npm',
        summary: '\u202e\r::error::pwned @octocat <img src=x>',
      }),
    ),
  );
  await writeFile(join(directory, '2.json'), JSON.stringify(records['crates.io']));
  const inputs = { offline: 'true', advisories: directory, 'fail-on': 'never' };
  const ran = await runAction(main, { inputs, workspace });
  expect(ran.outputs['outcome']).toBe('failed');
  const commands = ran.output
    .split(/\r\n|\r|\n/)
    .filter((line) => /^\s*(::|##\[)/.test(line));
  for (const command of commands) {
    expect(command).toMatch(
      /^::(error|warning|notice) title=|^::(group::|endgroup::|add-mask::)/,
    );
  }
  expect(ran.summary).not.toMatch(/<img|\u202e/);
});

test('The post step has nothing to do', async () => {
  expect(existsSync(post)).toBe(true);
  const ran = await runAction(post, { workspace });
  expect(ran.code).toBe(0);
});
