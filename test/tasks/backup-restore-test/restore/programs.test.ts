import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  findPrograms,
  majorOf,
  programEnvironment,
} from '../../../../src/tasks/backup-restore-test/restore/programs.ts';
import { withEachInstallation } from './installations.ts';

let bin: string;

beforeEach(async () => {
  bin = await mkdtemp(path.join(tmpdir(), 'matchbook-bin-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(bin, { recursive: true });
});

/** A program that says a line, whatever it is asked. */
async function program(name: string, says: string, mode = 0o755): Promise<void> {
  await writeFile(path.join(bin, name), `#!/bin/sh\necho '${says}'\n`, { mode });
}

async function programs(version: string, restoreVersion = version): Promise<void> {
  await program('initdb', `initdb (PostgreSQL) ${version}`);
  await program('postgres', `postgres (PostgreSQL) ${version}`);
  await program('pg_restore', `pg_restore (PostgreSQL) ${restoreVersion}`);
}

test.each([
  ['15.18', 15],
  ['18beta3', 18],
  ['19devel', 19],
  ['9.6.24', 9],
  ['15.18 (Debian 15.18-0+deb12u1)', 15],
])('%s is of major version %d', (version, major) => {
  expect(majorOf(version)).toBe(major);
});

describe('a directory that is given', () => {
  test('tells the versions of its server and of its pg_restore', async () => {
    await programs('16.4 (Debian 16.4-1.pgdg120+1)', '17beta2');
    expect(await findPrograms(bin)).toEqual([
      { bin, version: '16.4', major: 16, restoreMajor: 17, shareDirectory: null },
    ]);
  });

  test.each([
    [[], 'there is no initdb, no postgres, no pg_restore.'],
    [['initdb', 'pg_restore'], 'there is no postgres.'],
    [['initdb', 'postgres'], 'there is no pg_restore.'],
  ])('with no more in it than %j is refused', async (names, problem) => {
    for (const name of names) await program(name, `${name} (PostgreSQL) 18.1`);
    await expect(findPrograms(bin)).rejects.toThrow(`In ${bin} ${problem}`);
  });

  test('with a program that is not executable is refused', async () => {
    await programs('18.1');
    await rm(path.join(bin, 'postgres'));
    await program('postgres', 'postgres (PostgreSQL) 18.1', 0o644);
    await expect(findPrograms(bin)).rejects.toThrow('there is no postgres.');
  });

  test('with a directory in place of a program is refused', async () => {
    await programs('18.1');
    await rm(path.join(bin, 'postgres'));
    await symlink(tmpdir(), path.join(bin, 'postgres'));
    await expect(findPrograms(bin)).rejects.toThrow(/cannot be run|there is no postgres/);
  });

  test('with other programs of these names is refused, in their words', async () => {
    await programs('18.1');
    await program('postgres', 'Postgres.app 2');
    await expect(findPrograms(bin)).rejects.toThrow(
      `The programs in ${bin} (postgres-bin) cannot be run: postgres --version says "Postgres.app 2`,
    );
  });

  test('with a program that fails is refused, in its words', async () => {
    await programs('18.1');
    const script = '#!/bin/sh\necho "cannot load libpq" >&2; exit 127\n';
    await writeFile(path.join(bin, 'pg_restore'), script);
    await expect(findPrograms(bin)).rejects.toThrow('cannot load libpq');
  });

  test('may be relative', async () => {
    await programs('18.1');
    const [found] = await findPrograms(path.relative(process.cwd(), bin));
    expect(found?.bin).toBe(bin);
  });
});

describe('without one', () => {
  test('those of PATH are found, once each, and broken ones do no harm', async () => {
    await programs('18.1');
    const relative = path.relative(process.cwd(), bin);
    const inPath = ['', relative, `${bin}/`, '/nowhere', process.env['PATH']];
    vi.stubEnv('PATH', inPath.join(path.delimiter));
    const found = await findPrograms(null);
    expect(found.filter((one) => one.bin === bin)).toHaveLength(1);

    await program('pg_restore', 'nonsense');
    expect(await findPrograms(null)).toEqual(found.filter((one) => one.bin !== bin));
  });
});

withEachInstallation(({ bin: real, version, major, shareDirectory }) => {
  test('version, major version and directory of extensions are found', async () => {
    const { stdout } = await promisify(execFile)(path.join(real, 'postgres'), ['-V'], {
      env: programEnvironment(real),
    });
    expect(stdout).toContain(` ${version}`);
    expect(version.split('.')[0]).toBe(String(major));
    expect(shareDirectory).toMatch(/share/);
  });
});

test('a program sees no secret, and nothing that leads it to another server', () => {
  vi.stubEnv('PGHOST', 'production.example.com');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  expect(Object.keys(programEnvironment('/usr/bin')).sort()).toEqual([
    'LC_ALL',
    'LD_LIBRARY_PATH',
    'PATH',
    'TZ',
  ]);
});
