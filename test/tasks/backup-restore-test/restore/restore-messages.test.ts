import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../../src/core/finding.ts';
import { RestoreMessages } from '../../../../src/tasks/backup-restore-test/restore/restore-messages.ts';

/** What is found in the standard error of a pg_restore that ended so. */
function read(
  text: string,
  exitCode: number | null = 1,
  signal: NodeJS.Signals | null = null,
): Finding[] {
  const messages = new RestoreMessages();
  for (const line of text.split('\n')) messages.line(line);
  return messages.findings(exitCode, signal);
}

const told = (findings: readonly Finding[]) =>
  findings.map(({ severity, code, subject }) => `${severity} ${code} ${subject}`);

/** All of it was written by pg_restore 15.18 or 18.1; lines that say no more are left out. */
describe('what pg_restore says', () => {
  test.each<[string, string, string[], number?]>([
    [
      'a role is missing',
      `pg_restore: creating TABLE "public.trades"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 217; 1259 16521 TABLE trades O'Hara, "Bob"
pg_restore: error: could not execute query: ERROR:  role "alice" does not exist
Command was: ALTER TABLE public.trades OWNER TO alice;

pg_restore: creating TABLE "public.users"
pg_restore: creating ACL "public.TABLE users"
pg_restore: from TOC entry 3462; 0 0 ACL TABLE users postgres
pg_restore: error: could not execute query: ERROR:  role "alice" does not exist
Command was: GRANT SELECT ON TABLE public.users TO alice;


pg_restore: warning: errors ignored on restore: 2`,
      [
        'high missing-role TABLE trades O\'Hara, "Bob"',
        'high missing-role ACL TABLE users postgres',
      ],
    ],
    [
      'an extension is missing, in version 15',
      `pg_restore: creating EXTENSION "hstorf"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 2; 3079 16386 EXTENSION hstorf (no owner)
pg_restore: error: could not execute query: ERROR:  extension "hstorf" is not available
DETAIL:  Could not open extension control file "/usr/share/postgresql/15/extension/hstorf.control": No such file or directory.
HINT:  The extension must first be installed on the system where PostgreSQL is running.
Command was: CREATE EXTENSION IF NOT EXISTS hstorf WITH SCHEMA public;


pg_restore: creating COMMENT "EXTENSION hstorf"
pg_restore: from TOC entry 3461; 0 0 COMMENT EXTENSION hstorf 
pg_restore: error: could not execute query: ERROR:  extension "hstorf" does not exist
Command was: COMMENT ON EXTENSION hstorf IS 'data type';


pg_restore: warning: errors ignored on restore: 2`,
      [
        'high missing-extension EXTENSION hstorf (no owner)',
        'high missing-extension COMMENT EXTENSION hstorf ',
      ],
    ],
    [
      'rows violate constraints, restored by workers, which count their errors twice',
      `pg_restore: entering main parallel loop
pg_restore: launching item 3453 TABLE DATA trades
pg_restore: launching item 3452 TABLE DATA users
pg_restore: processing data for table "public.users"
pg_restore: from TOC entry 3452; 0 16514 TABLE DATA users postgres
pg_restore: error: COPY failed for table "users": ERROR:  duplicate key value violates unique constraint "users_pkey"
DETAIL:  Key (id)=(7) already exists.
CONTEXT:  COPY users, line 7
pg_restore: finished item 3452 TABLE DATA users
pg_restore: finished item 3453 TABLE DATA trades
pg_restore: launching item 3309 FK CONSTRAINT trades trades_user_id_fkey
pg_restore: creating FK CONSTRAINT "public.trades trades_user_id_fkey"
pg_restore: from TOC entry 3309; 2606 16528 FK CONSTRAINT trades trades_user_id_fkey alice
pg_restore: error: could not execute query: ERROR:  insert or update on table "trades" violates foreign key constraint "trades_user_id_fkey"
DETAIL:  Key (user_id)=(2) is not present in table "users".
Command was: ALTER TABLE ONLY public.trades
    ADD CONSTRAINT trades_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);


pg_restore: finished item 3309 FK CONSTRAINT trades trades_user_id_fkey
pg_restore: finished main parallel loop
pg_restore: warning: errors ignored on restore: 4`,
      [
        'high restore-error TABLE DATA users postgres',
        'high restore-error FK CONSTRAINT trades trades_user_id_fkey alice',
      ],
    ],
    [
      'two errors concern one item',
      `pg_restore: creating SCHEMA "app"
pg_restore: from TOC entry 8; 2615 16598 SCHEMA app alice
pg_restore: error: could not execute query: ERROR:  schema "app" already exists
Command was: CREATE SCHEMA app;


pg_restore: error: could not execute query: ERROR:  role "alice" does not exist
Command was: ALTER SCHEMA app OWNER TO alice;

pg_restore: warning: errors ignored on restore: 2`,
      ['high restore-error SCHEMA app alice', 'high missing-role SCHEMA app alice'],
    ],
    [
      'the archive is truncated',
      `pg_restore: processing data for table "public.trades"
pg_restore: error: could not read from input file: end of file`,
      ['critical archive-truncated pg_restore'],
    ],
    [
      'the archive is truncated, restored by workers',
      `pg_restore: launching item 2675 TABLE DATA users
pg_restore: executing SELECT pg_catalog.set_config('search_path', '', false);
pg_restore: error: could not find block ID 2675 in archive -- possibly corrupt archive
pg_restore: processing data for table "public.trades"
pg_restore: error: could not read from input file: end of file
pg_restore: error: a worker process died unexpectedly`,
      [
        'critical archive-corrupt pg_restore',
        'critical archive-truncated pg_restore',
        'high restore-error pg_restore',
      ],
    ],
    [
      'a bit has turned over, in version 15',
      `pg_restore: processing data for table "public.trades"
pg_restore: error: could not uncompress data: incorrect data check`,
      ['critical archive-corrupt pg_restore'],
    ],
    [
      'a bit has turned over in zstd',
      "pg_restore: error: could not decompress data: Restored data doesn't match checksum",
      ['critical archive-corrupt pg_restore'],
    ],
    [
      'the archive is newer',
      'pg_restore: error: unsupported version (1.99) in file header',
      ['high version-unsupported pg_restore'],
    ],
    [
      'a worker was killed',
      `pg_restore: launching item 2675 TABLE DATA users
pg_restore: error: a worker process died unexpectedly
pg_restore: terminated by user`,
      ['high restore-error pg_restore'],
    ],
    [
      'the disk is full',
      `pg_restore: from TOC entry 3452; 0 16514 TABLE DATA users postgres
pg_restore: error: COPY failed for table "users": ERROR:  could not extend file "base/16384/16391": No space left on device
HINT:  Check free disk space.`,
      ['high disk-space TABLE DATA users postgres'],
    ],
    [
      'words of an archive are those of a table',
      `pg_restore: from TOC entry 8; 1259 16598 VIEW v alice
pg_restore: error: could not execute query: ERROR:  relation "end of file" does not exist
Command was: CREATE VIEW v AS SELECT 'could not uncompress data', 'No space left on device';`,
      ['high restore-error VIEW v alice'],
    ],
    [
      'nobody knows it',
      `pg_restore: connecting to database for restore
pg_restore: pondering table "public.trades"`,
      ['high restore-error pg_restore'],
      0,
    ],
    [
      'another program says it',
      'error while loading shared libraries: libpq.so.5',
      ['high restore-error pg_restore'],
      0,
    ],
    [
      'a function warns',
      `pg_restore: creating MATERIALIZED VIEW DATA "app.totals"
pg_restore: WARNING:  rate of EUR is missing`,
      ['medium restore-error pg_restore'],
      0,
    ],
  ])('%s', (_, text, expected, exitCode = 1) => {
    expect(told(read(text, exitCode))).toEqual(expected);
  });

  test('is told with its detail and its command, on one line', () => {
    const text = `pg_restore: from TOC entry 3309; 2606 16528 FK CONSTRAINT trades a_fkey alice
pg_restore: error: could not execute query: ERROR:  insert or update on table "trades" violates foreign key constraint "a_fkey"
DETAIL:  Key (user_id)=(2) is not present in table "users".
Command was: ALTER TABLE ONLY public.trades
    ADD CONSTRAINT a_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);`;
    expect(read(text)[0]?.message).toBe(
      'pg_restore, on FK CONSTRAINT trades a_fkey alice: could not execute query: ERROR:  insert or update on table "trades" violates foreign key constraint "a_fkey" DETAIL:  Key (user_id)=(…) is not present in table "users". Command was: ALTER TABLE ONLY public.trades     ADD CONSTRAINT a_fkey FOREIGN KEY (user_id) REFERENCES public.users(id);',
    );
  });

  test('is cut where there is too much of it', () => {
    const text = 'pg_restore: error: could not execute query: ERROR:  syntax error\n';
    const findings = read(text.repeat(60) + 'x'.repeat(5000));
    expect(findings).toHaveLength(51);
    expect(findings.at(-1)?.message).toContain('10 more errors');
    const [long] = read(`pg_restore: error: ${'x'.repeat(5000)}`);
    expect(long?.message.length).toBeLessThan(1100);
  });
});

describe('what is the same in every restore', () => {
  test.each([
    [
      'a schema that was there',
      `pg_restore: creating SCHEMA "public"
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 6; 2615 2200 SCHEMA public postgres
pg_restore: error: could not execute query: ERROR:  schema "public" already exists
Command was: CREATE SCHEMA public;


pg_restore: warning: errors ignored on restore: 1`,
      1,
    ],
    [
      'a publication, in version 15',
      `pg_restore: creating PUBLICATION "everything"
pg_restore: WARNING:  wal_level is insufficient to publish logical changes
HINT:  Set wal_level to "logical" before creating subscriptions.`,
      0,
    ],
    [
      'a publication and a subscription, in version 18',
      `pg_restore: WARNING:  "wal_level" is insufficient to publish logical changes
HINT:  Set "wal_level" to "logical" before creating subscriptions.
pg_restore: creating SUBSCRIPTION "sub"
pg_restore: WARNING:  subscription was created, but is not connected
HINT:  To initiate replication, you must manually create the replication slot.`,
      0,
    ],
    [
      'names with the end of a line in them',
      `pg_restore: launching item 5 TABLE DATA two
lines
pg_restore: processing data for table "public.two
lines"`,
      0,
    ],
  ])('is not told: %s', (_, text, exitCode) => {
    expect(read(text, exitCode)).toEqual([]);
  });
});

describe('how it ended', () => {
  test.each([
    [1, null, 'pg_restore ended with exit code 1, and did not say why.'],
    [null, 'SIGKILL' as const, 'pg_restore was ended by SIGKILL, and did not say why.'],
  ])('with %j and %j, and no error before', (exitCode, signal, message) => {
    const findings = read('pg_restore: creating TABLE "public.a"', exitCode, signal);
    expect(findings).toMatchObject([{ code: 'restore-error', message }]);
  });

  test('with errors that were not seen', () => {
    const text = `pg_restore: error: could not execute query: ERROR:  syntax error
pg_restore: warning: errors ignored on restore: 3`;
    expect(read(text).at(-1)?.message).toBe(
      'pg_restore counts 3 errors, of which 1 were seen.',
    );
  });
});

/** Workers write each message in pieces, and all of them at the same time. */
describe('the pieces of several workers, mixed', () => {
  const said = (...texts: string[]) =>
    texts.flatMap((text) => ['pg_restore:', ' ', `${text}\n`]);
  const leader = said(
    'launching item 3304 CONSTRAINT users users_pkey',
    'finished item 3304 CONSTRAINT users users_pkey',
    'launching item 3305 TABLE DATA two\nlines',
  );
  const workers = [
    said('creating CONSTRAINT "public.users users_pkey"', 'creating INDEX "public.b"'),
    said('processing data for table "public.two\nlines"', 'restored 1 large object'),
  ];
  const isOneLine = (piece: string) => !piece.trim().includes('\n');
  const seeds = Array.from({ length: 300 }, (_, seed) => seed);

  test('are never taken for anything else', () => {
    for (const seed of seeds) {
      const text = mix([leader, ...workers], seed);
      expect(read(text, 0), text).toEqual([]);
    }
  });

  test('never hide an error', () => {
    const failing = [
      ...said('from TOC entry 3452; 0 16514 TABLE DATA users postgres'),
      ...[
        'pg_restore:',
        ' ',
        'error: ',
        'COPY failed: ERROR:  role "x" does not exist\n',
      ],
    ];
    for (const seed of seeds) {
      const others = [leader, ...workers].map((one) => one.filter(isOneLine));
      const text = mix([failing, ...others], seed);
      const messages = read(text).map(({ message }) => message);
      expect(messages.join(), text).toContain('role "x" does not exist');
    }
  });
});

/** Takes from the front of each list by turns that only the seed decides. */
function mix(lists: readonly (readonly string[])[], seed: number): string {
  const rests = lists.map((list) => [...list]);
  let state = seed + 1;
  let text = '';
  while (rests.some((rest) => rest.length > 0)) {
    state = (state * 48_271) % 2_147_483_647;
    text += rests[state % rests.length]?.shift() ?? '';
  }
  return text;
}
