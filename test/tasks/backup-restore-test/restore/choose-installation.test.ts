import { describe, expect, test } from 'vitest';
import type { Archive } from '../../../../src/pg-dump/archive.ts';
import { chooseInstallation } from '../../../../src/tasks/backup-restore-test/restore/choose-installation.ts';
import type { Installation } from '../../../../src/tasks/backup-restore-test/restore/programs.ts';
import { archiveOf } from './entries.ts';

/** An archive of this format, of a server of this version. */
function archive(version: string, serverVersion: string): Archive {
  const { header, ...rest } = archiveOf([]);
  return { ...rest, header: { ...header, version, serverVersion } };
}

/** `15` or, of a server 15 with a pg_restore 17, `15/17`. */
function installation(versions: string): Installation {
  const [major = 0, restoreMajor = major] = versions.split('/').map(Number);
  const bin = `/usr/lib/postgresql/${versions}/bin`;
  return { bin, version: `${major}.1`, major, restoreMajor, shareDirectory: null };
}

describe('what an archive is restored with', () => {
  test.each([
    ['1.14', '15.18', ['15'], '15'],
    ['1.14', '15.18', ['18', '16', '15', '14'], '15'],
    ['1.14', '15.18', ['14', '18', '17'], '17'],
    // All of these are of pg_dump 15: what is older may not know what it has written.
    ['1.14', '9.6.24', ['12', '18'], '18'],
    ['1.14', '9.6.24', ['12', '14'], '12'],
    ['1.14', '14.2 (Debian 14.2-1.pgdg110+1)', ['13', '14'], '14'],
    // pg_dump may be newer than the server.
    ['1.15', '14.2', ['14', '15', '16', '18'], '16'],
    ['1.16', '15.18', ['15', '16', '17', '18'], '17'],
    ['1.16', '18.1', ['17', '18'], '18'],
    ['1.16', '15.18', ['15/17', '18'], '15/17'],
    ['1.16', '18.1', ['17/18', '18'], '18'],
    ['1.14', '18beta3', ['17', '18'], '18'],
    // A format that is older than all that are known here.
    ['1.12', '9.3.25', ['15', '18'], '15'],
  ])('format %s of a server %s, of %j: %s', (format, server, here, expected) => {
    const chosen = chooseInstallation(archive(format, server), here.map(installation));
    expect(chosen).toEqual(installation(expected));
  });

  test.each([
    [
      '1.14',
      '18.1',
      ['15', '17'],
      'The backup needs PostgreSQL 18 or newer, for it is of a server of PostgreSQL 18. On this machine there is 15.1 in /usr/lib/postgresql/15/bin, 17.1 in /usr/lib/postgresql/17/bin.',
    ],
    [
      '1.16',
      '15.18',
      ['15', '16'],
      'The backup needs PostgreSQL 17 or newer, for its archive version 1.16 can be read by pg_restore 17 or newer.',
    ],
    ['1.16', '18.1', ['18/15'], 'there is 18.1 with pg_restore 15 in '],
    [
      '1.14',
      '15.18',
      [],
      'On this machine there is no PostgreSQL with initdb, postgres and pg_restore.',
    ],
  ])('format %s of a server %s, of %j: none', (format, server, here, message) => {
    const chosen = chooseInstallation(archive(format, server), here.map(installation));
    expect(chosen).toMatchObject({ message: expect.stringContaining(message) });
    expect(chosen).toMatchObject({
      remedy: expect.stringMatching(/install -y postgresql-\d\d;.*postgres-bin/),
    });
  });
});
