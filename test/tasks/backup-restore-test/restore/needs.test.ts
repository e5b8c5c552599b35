import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  encodingOf,
  extensionsOf,
  isTimescale,
  librariesOf,
  missingExtensions,
} from '../../../../src/tasks/backup-restore-test/restore/needs.ts';
import { archiveOf, entry } from './entries.ts';

const withExtensions = (...names: string[]) =>
  archiveOf([
    entry('TABLE'),
    ...names.map((tag) => entry('EXTENSION', { tag })),
    ...names.map((tag) => entry('COMMENT', { tag: `EXTENSION ${tag}` })),
  ]);

describe('extensions', () => {
  let share: string;

  beforeEach(async () => {
    share = await mkdtemp(path.join(tmpdir(), 'matchbook-share-'));
    await mkdir(path.join(share, 'extension'));
    await writeFile(path.join(share, 'extension', 'hstore.control'), '');
    await writeFile(path.join(share, 'elsewhere.control'), '');
  });

  afterEach(() => rm(share, { recursive: true }));

  const installation = (shareDirectory: string | null) => ({
    ...{ bin: '/usr/lib/postgresql/16/bin', version: '16.4', major: 16 },
    ...{ restoreMajor: 16, shareDirectory },
  });

  test('that are not installed are told, with the package that has them', async () => {
    const archive = withExtensions('hstore', 'postgis', 'uuid-ossp');
    expect(await missingExtensions(archive, installation(share))).toMatchObject([
      {
        code: 'missing-extension',
        subject: 'postgis',
        message:
          'The database uses the extension postgis, which the PostgreSQL 16 in /usr/lib/postgresql/16/bin does not have.',
        remedy: expect.stringContaining('postgresql-16-postgis-3'),
      },
      { subject: 'uuid-ossp', remedy: expect.stringContaining('postgresql-contrib') },
    ]);
  });

  test('cannot be looked for outside of their directory', async () => {
    const archive = withExtensions('../elsewhere');
    const findings = await missingExtensions(archive, installation(share));
    expect(findings).toMatchObject([{ subject: '../elsewhere' }]);
  });

  test('are left to pg_restore where nobody knows where they lie', async () => {
    expect(await missingExtensions(withExtensions('nope'), installation(null))).toEqual(
      [],
    );
  });

  test('tell of TimescaleDB', () => {
    expect(isTimescale(withExtensions('hstore'))).toBe(false);
    expect(isTimescale(withExtensions('timescaledb'))).toBe(true);
  });

  test('what must be loaded from the start is, citus first', () => {
    const archive = withExtensions('pg_cron', 'hstore', 'timescaledb', 'citus');
    expect(librariesOf(archive)).toEqual(['citus', 'timescaledb', 'pg_cron']);
    expect(librariesOf(withExtensions('hstore'))).toEqual([]);
    expect(extensionsOf(withExtensions('hstore', 'timescaledb'))).toHaveLength(2);
  });
});

test.each([
  ["SET client_encoding = 'LATIN1';\n", 'LATIN1'],
  ["SET client_encoding = 'EUC_JIS_2004';\n", 'EUC_JIS_2004'],
  ["SET client_encoding = 'x --auth=y';\n", 'UTF8'],
  [null, 'UTF8'],
])('%j: the encoding is %s', (definition, encoding) => {
  expect(encodingOf(archiveOf([entry('ENCODING', { definition })]))).toBe(encoding);
});
