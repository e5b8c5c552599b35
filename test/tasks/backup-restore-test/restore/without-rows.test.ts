import { expect, test } from 'vitest';
import { withoutRows } from '../../../../src/tasks/backup-restore-test/restore/without-rows.ts';

/** Whatever says `secret` here, or `s3cret`, stood in a row. */
test.each([
  [
    'a key that is there twice',
    `COPY failed for table "users": ERROR:  duplicate key value violates unique constraint "users_pkey"
DETAIL:  Key (id, name)=(7, (secret)) already exists.
CONTEXT:  COPY users, line 7`,
    `COPY failed for table "users": ERROR:  duplicate key value violates unique constraint "users_pkey"
DETAIL:  Key (id, name)=(…) already exists.
CONTEXT:  COPY users, line 7`,
  ],
  [
    'a check, on a row of several lines',
    `COPY failed for table "t": ERROR:  new row for relation "t" violates check constraint "c"
DETAIL:  Failing row contains (1, secret
secret).
CONTEXT:  COPY t, line 3: "1	secret\\nsecret"`,
    `COPY failed for table "t": ERROR:  new row for relation "t" violates check constraint "c"
DETAIL:  Failing row contains (…).
CONTEXT:  COPY t, line 3`,
  ],
  [
    'a type',
    `COPY failed for table "t": ERROR:  invalid input syntax for type integer: "secret
secret"
CONTEXT:  COPY t, line 1, column id: "secret"`,
    `COPY failed for table "t": ERROR:  invalid input syntax for type integer: "…"
CONTEXT:  COPY t, line 1, column id`,
  ],
  [
    'JSON',
    `COPY failed for table "t": ERROR:  invalid input syntax for type json
DETAIL:  Token "secret" is invalid.
CONTEXT:  JSON data, line 1: secret
COPY t, line 1, column j: "secret"`,
    `COPY failed for table "t": ERROR:  invalid input syntax for type json
CONTEXT:  COPY t, line 1, column j`,
  ],
  [
    'a partition',
    `COPY failed for table "p": ERROR:  no partition of relation "p" found for row
DETAIL:  Partition key of the failing row contains (name) = (secret).
CONTEXT:  COPY p, line 1: "secret"`,
    `COPY failed for table "p": ERROR:  no partition of relation "p" found for row
DETAIL:  Partition key of the failing row contains (…).
CONTEXT:  COPY p, line 1`,
  ],
  [
    'an INSERT',
    `could not execute query: ERROR:  date/time field value out of range: "secret"
LINE 1: INSERT INTO public.t VALUES ('secret');
                                     ^
HINT:  Perhaps you need a different "datestyle" setting.
Command was: INSERT INTO public.t VALUES ('secret');
INSERT INTO public.t VALUES ('secret');`,
    `could not execute query: ERROR:  date/time field value out of range: "…"
HINT:  Perhaps you need a different "datestyle" setting.
Command was: INSERT INTO public.t`,
  ],
  [
    'an index',
    `could not execute query: ERROR:  could not create unique index "users_email"
DETAIL:  Key (email)=(secret) is duplicated.
Command was: CREATE UNIQUE INDEX users_email ON public.users USING btree (email);`,
    `could not execute query: ERROR:  could not create unique index "users_email"
DETAIL:  Key (email)=(…) is duplicated.
Command was: CREATE UNIQUE INDEX users_email ON public.users USING btree (email);`,
  ],
  [
    'no row at all',
    `could not execute query: ERROR:  extension "x" is not available
DETAIL:  Could not open extension control file "/usr/share/x.control" (a file): No such file or directory.
HINT:  The extension must first be installed.
Command was: CREATE EXTENSION IF NOT EXISTS x WITH SCHEMA public;`,
    `could not execute query: ERROR:  extension "x" is not available
DETAIL:  Could not open extension control file "/usr/share/x.control" (a file): No such file or directory.
HINT:  The extension must first be installed.
Command was: CREATE EXTENSION IF NOT EXISTS x WITH SCHEMA public;`,
  ],
])('an error about %s', (_, said, expected) => {
  const [message = '', ...details] = said.split('\n');
  const told = withoutRows({ message, details });
  expect([told.message, ...told.details].join('\n')).toBe(expected);
});
