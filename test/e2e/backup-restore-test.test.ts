import { existsSync, readFileSync } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { makeDump } from '../rig/dumps.ts';
import { usePg0 } from '../rig/pg0-suite.ts';
import { startCluster } from '../rig/postgres.ts';
import type { PostgresPrograms } from '../rig/postgres-programs.ts';
import { actionEntry, runAction, startAction } from '../rig/runner.ts';

const main = actionEntry('backup-restore-test', 'main');
const post = actionEntry('backup-restore-test', 'post');

const resources = new AsyncDisposableStack();
let programs: PostgresPrograms;
/** Two days of a database, dumped one after the other, and one of another database. */
let yesterday: Buffer;
let today: Buffer;
let other: Buffer;
let large: Buffer;

const schema = `
  create role api; create role "odd, role";
  create table users (id bigint generated always as identity primary key, name text);
  create table trades (
    id bigserial primary key, user_id bigint references users, price numeric,
    executed_at timestamptz default now());
  create index on trades (executed_at);
  grant select on trades to api, "odd, role";
  create view newest as select max(id) from trades;
  insert into users (name) select 'user ' || i from generate_series(1, 500) i;
  insert into trades (user_id, price) select 1 + i % 500, i / 7.0 from generate_series(1, 8000) i`;

usePg0(async (installed) => {
  programs = installed;
  await using cluster = await startCluster(18);
  const { socketDirectory: host, port } = cluster;
  const admin = await cluster.connect();
  for (const name of ['matchbook', 'grafana'])
    await admin.query(`create database ${name}`);
  const client = await cluster.connect({ database: 'matchbook' });
  await client.query(schema);
  const dump = () => makeDump(programs, { host, port, database: 'matchbook' });
  yesterday = await dump();
  await client.query(
    `insert into trades (user_id, price) select 1, 2 from generate_series(1, 300)`,
  );
  today = await dump();
  await client.query(
    `create table book as select i, repeat(md5(i::text), 20) as text from generate_series(1, 60000) i`,
  );
  large = await dump();
  other = await makeDump(programs, { host, port, database: 'grafana' });
});
afterAll(() => resources.disposeAsync());

const dayMs = 86_400_000;
const dayOf = (date: Date) => date.toISOString().slice(0, 10);
const dayAgo = (days: number) => new Date(Date.now() - days * dayMs);

/** Dates an archive of version 1.16 back: the time stands behind 12 bytes, in `int`s. */
function madeAt(dump: Buffer, time: Date): Buffer {
  const copy = Buffer.from(dump);
  const parts = [
    time.getUTCSeconds(),
    time.getUTCMinutes(),
    time.getUTCHours(),
    time.getUTCDate(),
    time.getUTCMonth(),
    time.getUTCFullYear() - 1900,
  ];
  for (const [index, part] of parts.entries()) copy.writeUInt32LE(part, 13 + 5 * index);
  return copy;
}

async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'matchbook-backups-'));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A series that goes back some days, with what is to be in place of a day's backup. */
async function makeSeries(
  days: number,
  changes: Readonly<Record<number, Buffer | null>> = {},
): Promise<string> {
  const directory = await makeDirectory();
  for (let ago = days - 1; ago >= 0; ago--) {
    const time = dayAgo(ago);
    const usual = madeAt(ago === 0 ? today : yesterday, time);
    const bytes = ago in changes ? changes[ago] : usual;
    if (!bytes) continue;
    const file = join(directory, `backup_${dayOf(time)}.dump`);
    await writeFile(file, bytes);
    await utimes(file, time, time);
  }
  return directory;
}

async function run(inputs: Record<string, string>, env: Record<string, string> = {}) {
  const given = { 'postgres-bin': programs.bin, ...inputs };
  return await runAction(main, { inputs: given, env });
}

type Ran = Awaited<ReturnType<typeof run>>;

function codesOf({ result }: Ran): string[] {
  return (result as { findings: { code: string }[] }).findings.map(({ code }) => code);
}

describe('a healthy series', () => {
  test('is verified in full: every table, every row', async () => {
    const source = await makeSeries(10);
    const ran = await run({
      source,
      'expect-database': 'matchbook',
      checks: `[{name: trades, sql: select count(*) from trades, expect: 8300}]`,
    });
    expect(ran).toMatchObject({
      code: 0,
      outputs: { outcome: 'succeeded', verdict: 'verified', changed: '0', findings: '0' },
      result: {
        findings: [],
        metrics: { backups: 10, rows: 8800, tables: 2, tablesProven: 2 },
        outputs: { verdict: 'verified' },
      },
    });
    const { metrics } = ran.result as { metrics: Record<string, number> };
    expect(Object.keys(metrics)).toEqual(
      expect.arrayContaining([
        ...['restoreSeconds', 'verifySeconds', 'recoveryTimeSeconds'],
        ...['recoveryPointSeconds', 'archiveBytes', 'databaseBytes'],
      ]),
    );
    expect(ran.summary).toContain('Verified (full)');
    expect(ran.summary).toContain('detectors alive 3/3');
    expect(ran.summary).toContain('| public.trades | proven | 8,300 | 8,300 |');
  });

  test.each([
    ['series', []],
    ['archive', ['decode']],
    ['schema', ['decode', 'restore', 'prove']],
  ])('is verified at depth %s', async (depth, steps) => {
    const ran = await run({ source: await makeSeries(3), depth });
    expect(ran.result).toMatchObject({ findings: [] });
    expect(ran).toMatchObject({ code: 0, outputs: { verdict: 'verified' } });
    const { result } = ran as { result: { steps: { id: string; status: string }[] } };
    expect(result.steps.map(({ id }) => id)).toEqual(steps);
    expect(ran.summary).toContain(`Verified (${depth})`);
  });

  test.each([
    ['is only looked at in a dry run', {}],
    ['needs nothing for a dry run', { 'postgres-bin': '/usr/bin' }],
  ])('%s', async (_, inputs) => {
    const ran = await run({ source: await makeSeries(3), 'dry-run': 'true', ...inputs });
    expect(ran).toMatchObject({
      code: 0,
      outputs: { verdict: 'verified' },
      result: {
        steps: [{ status: 'planned' }, { status: 'planned' }, { status: 'planned' }],
      },
    });
    expect(ran.summary).toContain('nothing was downloaded or restored');
  });
});

describe('what is wrong with a backup or its series', () => {
  const middle = (bytes: Buffer) => Math.floor(bytes.length / 2);
  const flipped = (bytes: Buffer) => {
    const copy = Buffer.from(bytes);
    copy[middle(copy)] = (copy[middle(copy)] ?? 0) ^ 1;
    return copy;
  };
  test.each<[string, () => Readonly<Record<number, Buffer | null>>, string]>([
    ['cut off', () => ({ 0: today.subarray(0, middle(today)) }), 'archive-truncated'],
    [
      'a flipped bit',
      () => ({ 0: flipped(madeAt(today, dayAgo(0))) }),
      'archive-corrupt',
    ],
    [
      'something behind its end',
      () => ({ 0: Buffer.concat([madeAt(today, dayAgo(0)), Buffer.from('more')]) }),
      'archive-trailing-data',
    ],
    ['a day without', () => ({ 2: null }), 'missing-backup'],
    ['no backup since', () => ({ 0: null, 1: null, 2: null }), 'stale-backup'],
    ['another database', () => ({ 1: madeAt(other, dayAgo(1)) }), 'wrong-database'],
    [
      'the same bytes on two days',
      () => ({ 1: madeAt(yesterday, dayAgo(2)), 2: madeAt(yesterday, dayAgo(2)) }),
      'duplicate-backup',
    ],
    [
      'an old dump by a new name',
      () => ({ 0: madeAt(today, dayAgo(4)) }),
      'clock-disagreement',
    ],
    [
      'text',
      () => ({ 1: Buffer.from('-- PostgreSQL database dump\n') }),
      'not-an-archive',
    ],
  ])('is found: %s', async (_, changes, code) => {
    const ran = await run({ source: await makeSeries(8, changes()) });
    expect(ran).toMatchObject({
      code: 1,
      outputs: { outcome: 'attention', verdict: 'failed' },
    });
    expect(codesOf(ran)).toContain(code);
  });

  test('a backup that is named must be of the database, though it is of no series', async () => {
    const source = await makeSeries(4);
    await writeFile(join(source, 'grafana.dump'), other);
    const named = { backup: 'grafana.dump', 'expect-database': 'matchbook' };
    const ran = await run({ source, ...named });
    expect(ran).toMatchObject({ code: 1, outputs: { verdict: 'failed' } });
    expect(codesOf(ran)).toContain('wrong-database');
  });

  test('where no backup is whole, a random one shows it', async () => {
    const half = today.subarray(0, middle(today));
    const source = await makeSeries(2, { 0: half, 1: half });
    const ran = await run({ source, backup: 'random' });
    expect(ran).toMatchObject({ code: 1, outputs: { verdict: 'failed' } });
    expect(codesOf(ran)).toContain('archive-truncated');
  });

  test('a check that does not come out is found', async () => {
    const ran = await run({
      source: await makeSeries(2),
      checks: [
        `- {name: enough, sql: select count(*) from trades, expect: '> 9000'}`,
        '- {name: writes, sql: delete from trades returning 1, expect: 1}',
        '- {name: fine, sql: select min(id) from users, expect: between 1 and 9}',
      ].join('\n'),
    });
    expect(ran).toMatchObject({ code: 1, outputs: { verdict: 'failed', findings: '2' } });
    expect(codesOf(ran)).toEqual(['check-failed', 'check-failed']);
  });
});

describe('what cannot be tested is not verified, and red', () => {
  test.each<[string, () => Promise<Record<string, string>>, RegExp]>([
    ['an empty directory', async () => ({ source: await makeDirectory() }), /no file in/],
    [
      'SQL text',
      async () => {
        const source = join(await makeDirectory(), 'backup.dump');
        await writeFile(source, '-- PostgreSQL database dump\nset x = 1;\n');
        return { source };
      },
      /SQL text.*pg_dump -Fc/,
    ],
    [
      'no PostgreSQL',
      async () => ({ source: await makeSeries(2), 'postgres-bin': '/usr/bin' }),
      /no initdb.*postgres-bin/,
    ],
    [
      'an unknown key',
      async () => ({ source: await makeSeries(2), backup: 'backup_1999-01-01.dump' }),
      /no backup backup_1999-01-01\.dump.*nearest/,
    ],
    [
      'a newer archive than is known',
      async () => {
        const source = join(await makeDirectory(), 'backup.dump');
        const newer = Buffer.from(today);
        newer[6] = 99;
        await writeFile(source, newer);
        return { source, 'fail-on': 'never' };
      },
      /version 1\.99/,
    ],
  ])('%s', async (_, inputs, message) => {
    const ran = await run(await inputs());
    expect(ran).toMatchObject({ code: 1, outputs: { verdict: 'not-verified' } });
    expect(ran.output).toMatch(message);
  });

  test('all inputs that are wrong are told at once', async () => {
    const ran = await run({
      source: '/nowhere',
      depth: 'deep',
      schedule: 'often',
      jobs: '0',
    });
    expect(ran).toMatchObject({
      code: 1,
      outputs: { outcome: 'blocked', reason: 'invalid-input', verdict: 'not-verified' },
    });
    for (const input of ['source', 'depth', 'schedule', 'jobs']) {
      expect(ran.output).toContain(`- ${input}: `);
    }
  });

  test('an archive of a newer server names what to install', async () => {
    const source = join(await makeDirectory(), 'backup.dump');
    const newer = Buffer.from(today);
    // The version of the dumped server stands in the header; that of pg_dump is 18.1.
    newer.write('99', newer.indexOf('18.4'));
    await writeFile(source, newer);
    const ran = await run({ source });
    expect(ran).toMatchObject({ code: 1, outputs: { verdict: 'not-verified' } });
    expect(codesOf(ran)).toEqual(['version-unsupported']);
    expect(ran.summary).toContain('postgresql-99');
  });

  test('the deadline ends a test, and it is not green', async () => {
    const source = join(await makeDirectory(), 'backup.dump');
    await writeFile(source, large);
    const ran = await run({ source, deadline: '1500ms' });
    expect(ran).toMatchObject({
      code: 1,
      outputs: { outcome: 'failed', reason: 'deadline-reached', verdict: 'not-verified' },
    });
  });
});

describe('an encrypted backup', () => {
  test('is tested through the command that decrypts it', async () => {
    const directory = await makeDirectory();
    const encrypted = today.map((byte) => byte ^ 0x5a);
    const source = join(directory, `backup_${dayOf(new Date())}.dump.enc`);
    await writeFile(source, encrypted);
    const script = join(directory, 'decrypt.mjs');
    await writeFile(
      script,
      'for await (const piece of process.stdin) process.stdout.write(piece.map((b) => b ^ 0x5a));',
    );
    const decrypt = JSON.stringify([process.execPath, script]);
    const ran = await run({ source, decrypt });
    expect(ran).toMatchObject({
      code: 0,
      outputs: { verdict: 'verified' },
      result: { metrics: { tablesProven: 2 } },
    });
    const elsewhere = await run({ source, decrypt, 'expect-database': 'grafana' });
    expect(elsewhere).toMatchObject({ code: 1, outputs: { verdict: 'failed' } });
    expect(codesOf(elsewhere)).toEqual(['wrong-database']);
    const failing = JSON.stringify([
      process.execPath,
      '-e',
      'console.error("no key"); process.exit(3)',
    ]);
    const failed = await run({ source, decrypt: failing });
    expect(failed).toMatchObject({ code: 1, outputs: { verdict: 'not-verified' } });
    expect(failed.output).toMatch(/exit code 3.*no key/);
  });
});

describe('nothing is left', () => {
  const left = async (directory: string) =>
    (await readdir(directory)).filter((name) => name.startsWith('matchbook-restore-'));

  async function begin(work: string) {
    const source = join(await makeDirectory(), 'backup.dump');
    await writeFile(source, large);
    const inputs = { source, 'postgres-bin': programs.bin, 'work-directory': work };
    const action = startAction(main, { inputs, keep: true });
    await action.waitForOutput(/launching item/);
    return { action, inputs };
  }

  async function serverOf(work: string): Promise<number> {
    const [name = ''] = await left(work);
    const file = join(work, name, 'data', 'postmaster.pid');
    return Number.parseInt(await readFile(file, 'utf8'), 10);
  }

  /** One that has ended may stay in the table of processes until somebody asks for it. */
  const isAlive = (pid: number) => {
    const file = `/proc/${pid}/stat`;
    return existsSync(file) && !/^\d+ \(.*\) Z/.test(readFileSync(file, 'utf8'));
  };

  async function makeWork(): Promise<string> {
    const work = await makeDirectory();
    await mkdir(join(work, 'w'), { mode: 0o755 });
    // The server runs as another user when this runs as root.
    await chmod(work, 0o755);
    return join(work, 'w');
  }

  test('after a cancel', async () => {
    const work = await makeWork();
    const { action } = await begin(work);
    const server = await serverOf(work);
    action.cancel();
    const ended = await action.finished;
    expect(ended).toMatchObject({
      outputs: { outcome: 'cancelled', verdict: 'not-verified' },
      signalsSent: ['SIGINT'],
    });
    expect(await left(work)).toEqual([]);
    expect(isAlive(server)).toBe(false);
    await rm(ended.tempDirectory, { recursive: true });
  });

  test('after a kill, once post has run', async () => {
    const work = await makeWork();
    const { action, inputs } = await begin(work);
    const server = await serverOf(work);
    action.kill();
    const { state, tempDirectory } = await action.finished;
    expect(isAlive(server)).toBe(true);
    const swept = await runAction(post, { inputs, state, tempDirectory });
    expect(swept.output).toMatch(/was killed.*Removed .*matchbook-restore-/);
    expect(await left(work)).toEqual([]);
    expect(isAlive(server)).toBe(false);
  });

  test('after a kill, once the next run has begun', async () => {
    const work = await makeWork();
    const { action } = await begin(work);
    const server = await serverOf(work);
    action.kill();
    const { tempDirectory } = await action.finished;
    const next = await run({ source: await makeSeries(2), 'work-directory': work });
    expect(next).toMatchObject({ code: 0, outputs: { verdict: 'verified' } });
    expect(await left(work)).toEqual([]);
    expect(isAlive(server)).toBe(false);
    await rm(tempDirectory, { recursive: true });
  });
});
